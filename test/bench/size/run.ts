import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build as esbuild, type Metafile } from "esbuild";
import { sourceOf } from "../build.ts";
import { type PeerName, peers } from "../calls/peers.ts";
import { locate, manifestIn } from "../packages.ts";

export interface SizeRow {
  readonly peer: PeerName;
  /** In bytes, of what an application installs: the packages and all that they depend on. */
  readonly installed: number;
  /** Packages beyond those that the application names. */
  readonly dependencies: number;
  /** In bytes, minified: what a client of one unary method has loaded once it has imported everything that it does not load later. */
  readonly entry: number;
  /** The same with the parts that are loaded when they are needed. */
  readonly all: number;
}

export interface SizeReport {
  readonly rows: readonly SizeRow[];
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Of the clients in `calls/peers`. */
export async function run(names: readonly PeerName[]): Promise<SizeReport> {
  const rows: SizeRow[] = [];
  for (const peer of names) {
    const { packages } = peers[peer];
    const installed = packages.length === 0 ? ourPackage() : closure(packages);
    rows.push({ peer, ...installed, ...(await bundled(peer)) });
  }
  return { rows };
}

/** As npm would install the runtime, by its own reckoning. */
function ourPackage(): Pick<SizeRow, "installed" | "dependencies"> {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--workspace", "runtime"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [pack] = JSON.parse(output) as [{ unpackedSize: number }];
  const { dependencies = {} } = manifestIn(new URL("../../../runtime/", import.meta.url));
  return { installed: pack.unpackedSize, dependencies: Object.keys(dependencies).length };
}

function closure(packages: readonly string[]): Pick<SizeRow, "installed" | "dependencies"> {
  const places = new Map<string, URL>();
  const add = (name: string, from?: URL): void => {
    const place = locate(name, from);
    if (place === undefined || places.has(place.href)) return;
    places.set(place.href, place);
    const { dependencies, optionalDependencies } = manifestIn(place);
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
      add(dependency, place);
  };
  for (const name of packages) add(name);
  const installed = [...places.values()].reduce((sum, place) => sum + sizeOf(place), 0);
  return { installed, dependencies: places.size - packages.length };
}

/** Of a package's files, without the packages that are installed inside it. */
function sizeOf(place: URL): number {
  let sum = 0;
  for (const entry of readdirSync(place, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    if (entry.isDirectory()) sum += sizeOf(new URL(`${encodeURIComponent(entry.name)}/`, place));
    else if (entry.isFile()) sum += statSync(new URL(encodeURIComponent(entry.name), place)).size;
  }
  return sum;
}

async function bundled(peer: PeerName): Promise<Pick<SizeRow, "entry" | "all">> {
  const { metafile } = await esbuild({
    entryPoints: [sourceOf(new URL(`../calls/peers/${peer}/client`, import.meta.url))],
    outdir: "out",
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
    // The repository's tsconfig points package names at sources; here the built packages count.
    tsconfigRaw: {},
    logOverride: { "duplicate-case": "silent" },
  });
  const outputs = Object.entries(metafile.outputs);
  const [entry] = outputs.find(
    ([, { entryPoint }]) => entryPoint?.includes(`peers/${peer}/client`) === true,
  )!;
  return {
    entry: bytesFrom(metafile, entry),
    all: outputs.reduce((sum, [, { bytes }]) => sum + bytes, 0),
  };
}

/** Of a file and of those that it imports at once. */
function bytesFrom({ outputs }: Metafile, entry: string): number {
  const seen = new Set<string>();
  const add = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: imported, kind, external } of outputs[path]!.imports) {
      if (external !== true && kind !== "dynamic-import") add(imported);
    }
  };
  add(entry);
  return [...seen].reduce((sum, path) => sum + outputs[path]!.bytes, 0);
}
