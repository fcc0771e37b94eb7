// Makes a fresh clone ready to run: installs when the lockfile is newer than what is installed, and builds
// what is older than its sources. Plain JavaScript without a dependency: it runs before any install.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// In the order of their dependencies.
const packages = ["idl", "runtime", "generator"];

function fail(message) {
  console.error(message);
  process.exit(1);
}

function requireNode() {
  const { node: range } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines;
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = range.replace(">=", "").split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  fail(`This needs Node ${range}; you run ${process.versions.node} (${process.execPath}).`);
}

/** When a file was last written; 0 where there is none. */
function modified(path) {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

function newestSource(name) {
  const files = readdirSync(join(root, name, "src"), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(test|fixture)\.ts$/.test(entry.name))
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  const settings = [
    "package.json",
    "tsconfig.build.json",
    "../tsconfig.json",
    "chunks.mjs",
    "../.ci/build.mjs",
    "../.ci/bundle.mjs",
    "../.ci/declarations.mjs",
  ];
  return Math.max(...files, ...settings.map((file) => modified(join(name, file))));
}

function npm(npmArguments, onFailure) {
  // Where dependencies for development are left out by the environment, there is nothing to test with.
  const env = { ...process.env, npm_config_include: "dev" };
  const result = spawnSync("npm", npmArguments, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (result.error !== undefined) fail(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) fail(`\n${onFailure}`);
}

requireNode();
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.log("Installing dependencies ...");
  npm(
    ["ci", "--no-audit", "--no-fund"],
    "`npm ci` failed (see above). It needs the npm registry, or its packages in npm's cache.",
  );
}
for (const name of packages) {
  if (modified(`${name}/dist/index.js`) >= newestSource(name)) continue;
  console.log(`Building ${name} ...`);
  npm(["run", "--silent", "build", "--workspace", name], `${name} could not be built (see above).`);
}
