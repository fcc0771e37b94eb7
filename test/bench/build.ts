import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleInto } from "../bundle.ts";

/** Where the measured programs are built: inside this folder, so that they find the packages that are installed in it. */
export const dist = new URL("dist/", import.meta.url);

/**
 * Builds a part's `process.ts` and modules of `peers` (`<peer>/client`), and returns the path of the former. A process finds its
 * peers beside it by `peerModule` and loads only what it runs.
 */
export async function build(
  part: string,
  modules: readonly string[],
  peers = `${part}/peers`,
): Promise<string> {
  const entries: Record<string, string> = {
    process: fileURLToPath(new URL(`${part}/process.ts`, import.meta.url)),
  };
  for (const module of modules)
    entries[`peers/${module}`] = sourceOf(new URL(`${peers}/${module}`, import.meta.url));
  const outdir = fileURLToPath(new URL(`${part}/`, dist));
  await bundleInto(outdir, entries, {
    loader: { ".proto": "text" },
    // In the code that Thrift's compiler writes.
    logOverride: { "duplicate-case": "silent" },
  });
  return `${outdir}process.js`;
}

/** Peers that need a package of their own are JavaScript, which is checked without it. */
export function sourceOf(module: URL): string {
  const path = fileURLToPath(module);
  return existsSync(`${path}.ts`) ? `${path}.ts` : `${path}.js`;
}
