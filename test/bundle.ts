import { build, type BuildOptions } from "esbuild";
import { fileURLToPath } from "node:url";

/**
 * Makes plain JavaScript of a script that runs as a process or a thread of its own; packages are left as they are built, so that
 * what runs is theirs under `node` alone. Returns its path.
 */
export async function bundle(entry: URL, name: string): Promise<string> {
  const outdir = fileURLToPath(new URL("dist/", import.meta.url));
  await bundleInto(outdir, { [name]: fileURLToPath(entry) });
  return `${outdir}${name}.js`;
}

/** The same for several scripts, by the names of the files that they become; what they have in common is there once. */
export async function bundleInto(
  outdir: string,
  entries: Readonly<Record<string, string>>,
  options: BuildOptions = {},
): Promise<void> {
  await build({
    entryPoints: entries,
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
    ...options,
  });
}
