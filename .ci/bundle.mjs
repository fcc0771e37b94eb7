// A package's code for Node: few files, since each costs 0.3 ms at start, and small ones. Every class, function and method keeps
// its name and a line is short, so that a stack trace says where it was; only local variables and private fields are renamed.
import { transform } from "esbuild";
import { rolldown } from "rolldown";
import { minify } from "rolldown/utils";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const lineLength = 160;

/**
 * Writes a package's entries and the chunks that they share.
 * @param entries - sources by the path of what they become, without its ending
 * @param groups - chunks by name: the modules that each begins with; it holds what these need, less what an earlier one holds
 * @returns the paths that were written, under `dist`
 */
export async function bundle(entries, groups) {
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
    codeSplitting: { groups: groupsOf(groups) },
  });
  for (const { code, fileName } of output) {
    const file = join("dist", fileName);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await slim(code, fileName));
  }
  return output.map(({ fileName }) => fileName);
}

function groupsOf(groups) {
  const named = Object.entries(groups).map(([name, modules], index) => ({
    name,
    test: (id) => modules.some((module) => id.replaceAll("\\", "/").endsWith(`/${module}`)),
    priority: 100 - index,
  }));
  return named;
}

async function slim(code, fileName) {
  const mangled = await minify(fileName, hideMethods(code), {
    module: true,
    compress: false,
    mangle: { toplevel: false, keepNames: true },
    codegen: { removeWhitespace: false },
  });
  if (mangled.errors.length > 0) throw new Error(`${fileName}: ${mangled.errors[0].message}`);
  const { code: printed } = await transform(showMethods(mangled.code), {
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: lineLength,
    format: "esm",
    target: "node20",
    charset: "utf8",
    legalComments: "none",
  });
  return printed;
}

/** Private methods are in stack traces: for the renaming they are public. What looks like one elsewhere comes back as it was. */
function hideMethods(code) {
  const methods = new Set([...code.matchAll(/#([A-Za-z_]\w*)\(/g)].map(([, name]) => name));
  return code.replace(/#([A-Za-z_]\w*)/g, (whole, name) => (methods.has(name) ? `$private$${name}` : whole));
}

function showMethods(code) {
  return code.replace(/\$private\$/g, "#");
}
