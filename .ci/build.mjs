// Builds the package in the current folder: its code, in as few files as load fast, and the types of what its entries export.
// Further entries may be given as arguments; `chunks.mjs` beside package.json says what shares a file.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";
import { writeDeclarations } from "./declarations.mjs";

/** Where tsc puts the types of all modules: see tsconfig.build.json. */
const emitted = "dist/.types";

const { exports, name } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = Object.values(exports)
  .map(({ default: file }) => file)
  .filter((file) => file !== undefined)
  .map((file) => file.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
const entries = Object.fromEntries(
  [...sources, ...process.argv.slice(2)].map((file) => [file.replace(/^src\/|\.ts$/g, ""), file]),
);

const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
const types = spawnSync(process.execPath, [tsc, "-b", "tsconfig.build.json"], { stdio: "inherit" });
if (types.status !== 0) {
  console.error(`\n${name} was not built: its types do not check (see above).`);
  process.exit(1);
}

const { chunks } = existsSync("chunks.mjs")
  ? await import(pathToFileURL(resolve("chunks.mjs")).href)
  : { chunks: {} };
const code = await bundle(entries, chunks);
const declared = Object.values(exports).flatMap(({ types: file }) => file?.replace("./dist/", "") ?? []);
const declarations = writeDeclarations(emitted, declared, "dist");

// What an earlier build left: a chunk that is no more, the types of a file that is gone.
const written = new Set([...code, ...declarations].map((file) => resolve("dist", file)));
for (const entry of readdirSync("dist", { withFileTypes: true, recursive: true })) {
  const file = resolve(entry.parentPath ?? entry.path, entry.name);
  if (entry.isFile() && !written.has(file) && !file.startsWith(resolve(emitted))) rmSync(file);
}

// The build's age is this file's, also where nothing in it changed.
const now = new Date();
utimesSync(join("dist", "index.js"), now, now);
