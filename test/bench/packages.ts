/** The bench's own package: what is measured beside gorpc, installed only where it is needed. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("./", import.meta.url);

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
}

/** Where a package is installed, asked for from the given folder; undefined where it is not. */
export function locate(name: string, from: URL = folder): URL | undefined {
  for (let at = from; at.pathname.startsWith(folder.pathname); at = new URL("../", at)) {
    const found = new URL(`node_modules/${name}/`, at);
    if (existsSync(new URL("package.json", found))) return found;
  }
  return undefined;
}

export function manifestIn(place: URL): Manifest {
  return JSON.parse(readFileSync(new URL("package.json", place), "utf8")) as Manifest;
}

/** Installs what the lockfile names, unless it is there already. @throws Error where npm cannot */
export function install(): void {
  const lock = new URL("package-lock.json", folder);
  const installed = new URL("node_modules/.package-lock.json", folder);
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error("Installing what gorpc is compared with, into test/bench/node_modules ...");
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], {
    cwd: fileURLToPath(folder),
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw new Error(`npm could not be started: ${error.message}`, { cause: error });
  if (status !== 0) {
    throw new Error(`npm ci in test/bench ended with ${status}; --peers gorpc,floor needs no package`);
  }
}

/** Of installed packages: `name version`. */
export function versionsOf(names: readonly string[]): string[] {
  return names.map((name) => `${name} ${manifestIn(locate(name)!).version}`);
}

/** Why this Node cannot run one of the packages, by what it says itself; undefined where it can. */
export function refusal(names: readonly string[]): string | undefined {
  for (const name of names) {
    const { version, engines } = manifestIn(locate(name)!);
    if (isOlder(process.versions.node, engines?.node)) {
      return `${name} ${version} asks for Node ${engines?.node}`;
    }
  }
  return undefined;
}

/** Whether a version of Node is below a range that starts with `>=`; other ranges refuse nothing. */
export function isOlder(version: string, range = ""): boolean {
  const least = /^>=\s*(\d+)(?:\.(\d+))?/.exec(range);
  if (least === null) return false;
  const [major, minor] = version.split(".").map(Number) as [number, number];
  const [leastMajor, leastMinor] = [Number(least[1]), Number(least[2] ?? 0)];
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
