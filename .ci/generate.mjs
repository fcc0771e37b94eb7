// Runs gorpc-gen, with the options given, on every schema whose generated file is part of the repository.
// The goldens are not among them: their tests compare their output.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const skipped = /[\\/](node_modules|dist|goldens)([\\/]|$)/;

const schemas = ["idl", "generator", "runtime", "examples", "test"]
  .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith(".gorpc.ts"))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(0, -".ts".length))
  .filter((schema) => !skipped.test(schema))
  .sort();

const orphans = schemas.filter((schema) => !existsSync(schema));
for (const schema of orphans)
  console.error(`${relative(root, schema)}.ts: there is no schema beside it; remove it`);
if (orphans.length > 0) process.exit(1);

const command = join(root, "generator/bin/gorpc-gen.js");
const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2), ...schemas], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
