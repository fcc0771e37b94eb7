import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/**
 * Turns an entry of the bench into plain JavaScript, packages left as they are installed, so that what is
 * measured is the packages' build under `node` alone. Returns the script's path.
 */
export async function bundle(entry: URL, name: string): Promise<string> {
  const outdir = fileURLToPath(new URL("dist/", import.meta.url));
  await build({
    entryPoints: { [name]: fileURLToPath(entry) },
    outdir,
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
    // The repository's tsconfig points package names at sources; here the built packages count.
    tsconfigRaw: {},
  });
  return `${outdir}${name}.js`;
}
