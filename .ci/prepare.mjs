// Makes a fresh clone ready to run: installs when the lockfile is newer than what is installed,
// and builds when a source is newer than the build. Plain JavaScript: it runs before any install.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = ["idl", "runtime", "generator"];

function modified(path) {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return newest;
}

function run(label, ...npmArguments) {
  console.log(label);
  const result = spawnSync("npm", npmArguments, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  run("Installing dependencies ...", "ci", "--no-audit", "--no-fund");
}
const stale = packages.filter(
  (name) => modified(`${name}/dist/index.js`) < Math.max(newestIn(`${name}/src`), modified(`${name}/package.json`)),
);
if (stale.length > 0) run(`Building ${stale.join(", ")} ...`, "run", "--silent", "build");
