import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Makes plain JavaScript of a script beside the tests: the packages stay as they are built. Returns its path. */
export async function built(name: string): Promise<string> {
  const outfile = fileURLToPath(new URL(`dist/${name}.js`, import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
    // The repository's tsconfig points package names at sources; here the built packages count.
    tsconfigRaw: {},
  });
  return outfile;
}
