// A package's code for Node: in few files, since each costs 0.3 ms at start, and small. Classes, functions and methods, the private ones
// too, keep their names, and lines are short, so that a stack trace says where it was; other variables and private fields are renamed.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { minify, parseSync } from "rolldown/utils";

/** A longer line is broken where its next statement ends. */
const lineLength = 200;

/**
 * Writes a package's entries and the files that they share, to `dist`.
 * @param entries - sources by the path of what they become, without its ending
 * @param chunks - files by name, each with the modules, or a folder of them, that it begins with: it holds what these need, less what an earlier one holds
 * @returns the paths that were written, under `dist`
 */
export async function bundle(entries, chunks) {
  const bundled = await rolldown({
    input: entries,
    platform: "node",
    // Other packages stay where they are installed, also those that tsconfig.json would find among the sources.
    external: (id) => !/^(\.|\/|[a-z]:)/i.test(id),
    tsconfig: false,
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundled.generate({
    format: "esm",
    comments: false,
    chunkFileNames: "[name].js",
    codeSplitting: { groups: groupsOf(chunks) },
  });
  const helpers = output.find(({ fileName }) => fileName === helpersFile);
  const files = output.filter((each) => each !== helpers);
  for (const { code, fileName } of files) {
    const file = join("dist", fileName);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await slim(withHelpers(code, helpers?.code), fileName));
  }
  return files.map(({ fileName }) => fileName);
}

/** What the bundler's own code is put into. */
const helpersFile = "rolldown-runtime.js";

/** The bundler's few lines instead of their import, since a file costs more than they. */
function withHelpers(code, helpers = "") {
  const lines = helpers.replace(/^export .*$/m, "");
  const whole = code.replace(/^import \{ t as __exportAll \} from ".*rolldown-runtime\.js";$/m, () => lines);
  if (whole.includes(helpersFile))
    throw new Error(`the bundler imports more of ${helpersFile} than expected`);
  return whole;
}

function groupsOf(chunks) {
  return Object.entries(chunks).map(([name, modules], index, { length }) => ({
    name,
    test: (id) => modules.some((module) => isAt(id.replaceAll("\\", "/"), module)),
    priority: length - index,
  }));
}

function isAt(id, module) {
  return module.endsWith("/") ? id.includes(`/${module}`) : id.endsWith(`/${module}`);
}

async function slim(code, fileName) {
  const { code: renamed, errors } = await minify(fileName, hideMethods(code), {
    module: true,
    compress: { target: "es2023", keepNames: { function: true, class: true } },
    mangle: { toplevel: true, keepNames: true },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(`${fileName}: ${errors[0].message}`);
  return brokenIntoLines(ascii(showMethods(renamed)));
}

/** One character beyond ASCII doubles what a file takes in memory; they are in texts alone, where an escape says the same. */
function ascii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const hidden = "$private$";

/** Makes private methods public for the renaming, which leaves those alone. What only looks like one comes back as it was. */
function hideMethods(code) {
  const methods = new Set([...code.matchAll(/#([A-Za-z_]\w*)\(/g)].map(([, name]) => name));
  return code.replace(/#([A-Za-z_]\w*)/g, (whole, name) => (methods.has(name) ? hidden + name : whole));
}

function showMethods(code) {
  return code.replaceAll(hidden, "#");
}

function brokenIntoLines(code) {
  let lines = "";
  let start = 0;
  for (const end of lineEnds(parseSync("code.js", code).program).sort((a, b) => a - b)) {
    if (end - start < lineLength) continue;
    lines += `${code.slice(start, end)}\n`;
    start = end;
  }
  return lines + code.slice(start);
}

/** Where a line may end: behind statements and methods. */
function lineEnds(node) {
  if (Array.isArray(node)) return node.flatMap(lineEnds);
  if (typeof node !== "object" || node === null) return [];
  const inside = Object.values(node).flatMap(lineEnds);
  return /(Statement|Declaration|MethodDefinition)$/.test(node.type ?? "") ? [...inside, node.end] : inside;
}
