import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/**
 * Makes plain JavaScript of a script that runs as a process or a thread of its own; packages are left as they are built, so that
 * what runs is theirs under `node` alone. Returns its path.
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
