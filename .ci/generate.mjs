// Runs gorpc-gen, with the options given, on every schema whose generated file is part of the repository.
// The goldens are not among them: their tests compare their output.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
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

/** How a schema's TypeScript imports the runtime: inside the runtime by its index, everywhere else by name. */
function runtimeImport(schema) {
  const sources = join(root, "runtime", "src");
  if (!schema.startsWith(sources + sep)) return "@gorpc/runtime";
  return relative(dirname(schema), join(sources, "index.ts")).replaceAll(sep, "/");
}

/** The Go packages of the repository, and the schema that each is made of. */
const goPackages = {
  "examples/go-bridge/stock": "examples/go-bridge/stock.gorpc",
  "test/interop/go/generated/api": "test/interop/rpc/interop.gorpc",
};

const command = join(root, "generator/bin/gorpc-gen.js");
let failed = false;

/** Runs gorpc-gen with the options given and others. */
function generate(...commandLine) {
  const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2), ...commandLine], {
    cwd: root,
    stdio: "inherit",
  });
  failed ||= status !== 0;
}

for (const specifier of new Set(schemas.map(runtimeImport))) {
  generate("--runtime-import", specifier, ...schemas.filter((schema) => runtimeImport(schema) === specifier));
}
for (const [folder, schema] of Object.entries(goPackages)) generate("--go", folder, schema);
process.exit(failed ? 1 : 0);
