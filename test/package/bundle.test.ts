import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { packAll } from "./tarballs.ts";

/** A client of one unary method, and what is generated for it. */
const client = `
  import { connect } from "@gorpc/runtime";
  import { HelloClient } from "./project/hello.gorpc.ts";
  const hello = new HelloClient(await connect("tcp://localhost:1234"));
  console.log(await hello.greet("you"));
`;

/** What an application's bundler makes of a program and the built packages; parts that wait for `import()` are files of their own. */
async function bundled(program: string): Promise<Metafile> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "js" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outdir: "out",
    write: false,
    metafile: true,
    // The repository's tsconfig points package names at sources; here the built packages count.
    tsconfigRaw: {},
  });
  return metafile;
}

/** The files that are loaded at the program's start, and with those of its parts that a first call over TCP needs, too. */
function loaded({ outputs }: Metafile, parts: readonly string[]): string[] {
  const start = Object.keys(outputs).find((path) => path.endsWith("stdin.js"))!;
  const needed = Object.keys(outputs).filter((path) => parts.some((part) => path.includes(`/${part}-`)));
  expect(needed).toHaveLength(parts.length);
  const files = new Set([start, ...needed]);
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]!.imports)
      if (kind === "import-statement" && external !== true) files.add(path);
  }
  return [...files];
}

function bytes({ outputs }: Metafile, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + outputs[file]!.bytes, 0);
}

/** Names of what makes up files, the largest first, for who has to find out why one grew. */
function contents({ outputs }: Metafile, files: readonly string[]): string {
  const parts = files.flatMap((file) => Object.entries(outputs[file]!.inputs));
  const lines = parts.map(([name, { bytesInOutput }]) => [bytesInOutput, name] as const);
  return lines
    .sort(([a], [b]) => b - a)
    .map(([size, name]) => `${size} ${name}`)
    .join("\n");
}

describe("a bundled client of one unary method", () => {
  it.each([
    ["begins with its messages and connect", [], 7_000],
    ["loads no more for its first call than a channel to an address", ["channel"], 117_000],
  ])("%s", async (_what, parts, most) => {
    const metafile = await bundled(client);
    const files = loaded(metafile, parts);
    const size = bytes(metafile, files);
    const hint = `${size} bytes of at most ${most}; runtime/chunks.mjs says what is in which file, import() in a source what loads later:\n${contents(metafile, files)}`;
    expect(size, hint).toBeLessThanOrEqual(most);
    // Else the bundle is not what is meant to be measured.
    expect(size).toBeGreaterThan(most / 2);
  });

  it("loads Go's protocols, gob, balancers and the server when they are needed", async () => {
    const metafile = await bundled(client);
    const files = loaded(metafile, ["channel"]);
    const inputs = new Set(files.flatMap((file) => Object.keys(metafile.outputs[file]!.inputs)));
    for (const later of ["go", "gob", "balancing", "server"])
      expect([...inputs].filter((path) => path.endsWith(`/dist/${later}.js`))).toEqual([]);
  });
});

it("a server loads Go's protocols and gob when a client speaks them", async () => {
  const server =
    'import { Server } from "@gorpc/runtime";\nawait new Server().listen("tcp://localhost:1234");\n';
  const metafile = await bundled(server);
  const files = loaded(metafile, []);
  const inputs = files.flatMap((file) => Object.keys(metafile.outputs[file]!.inputs));
  const has = (name: string): boolean => inputs.some((path) => path.endsWith(`/dist/${name}.js`));
  expect(["server", "go", "gob"].map(has)).toEqual([true, false, false]);
});

it("who imports the runtime loads none of Node's modules that calls and connections need", () => {
  const program = `
    const before = new Set(process.moduleLoadList);
    await import("@gorpc/runtime");
    console.log(process.moduleLoadList.filter((each) => !before.has(each)).join("\\n"));
  `;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const loaded = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd,
    encoding: "utf8",
  });
  const modules = loaded.split("\n").map((each) => each.replace("NativeModule ", ""));
  // As a sign that something was loaded, and said so.
  expect(modules).toContain("stream");
  const late = ["crypto", "dns", "http", "https", "net", "perf_hooks", "tls", "worker_threads", "zlib"];
  expect(modules.filter((each) => late.includes(each))).toEqual([]);
});

it("the runtime is small where it is installed", async () => {
  const tarballs = await packAll();
  const { runtime } = tarballs.byName;
  const sizes = runtime.files
    .map((file) => [Buffer.byteLength(runtime.read(file)), file] as const)
    .sort(([a], [b]) => b - a);
  const size = sizes.reduce((sum, [each]) => sum + each, 0);
  const most = 600_000;
  const hint = `${size} bytes of at most ${most}: look at what is in dist after a build, see .ci/build.mjs; the largest:\n${sizes
    .slice(0, 20)
    .map((each) => each.join(" "))
    .join("\n")}`;
  await tarballs.remove();
  expect(size, hint).toBeLessThanOrEqual(most);
});
