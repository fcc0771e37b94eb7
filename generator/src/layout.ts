import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { displayPath } from "./inputs.ts";
import { importExtensionFor } from "./project/import-extension.ts";
import { Styles } from "./project/style.ts";
import { type ImportExtension, outputName, type Target } from "./target.ts";

export interface LayoutOptions {
  readonly cwd: string;
  /** The folder for all outputs; beside each schema where undefined. */
  readonly out: string | undefined;
  /** For all outputs; by the nearest tsconfig where undefined. */
  readonly importExtension: ImportExtension | undefined;
  /** For all outputs. */
  readonly runtimeImport: string;
}

/**
 * Decides where each schema's TypeScript goes and how it looks.
 * @param schemas - all of them, those that are only imported too
 * @param folders - under `out`, schemas keep their places relative to the folder that these have in common
 */
export async function layOut(
  schemas: readonly string[],
  folders: readonly string[],
  { cwd, out, importExtension, runtimeImport }: LayoutOptions,
): Promise<ReadonlyMap<string, Target>> {
  const base = commonFolder([...folders, ...schemas.map((schema) => dirname(resolve(cwd, schema)))]);
  const styles = await Styles.fresh();
  const extensions = new Map<string, ImportExtension>();
  const targets = schemas.map(async (schema): Promise<[string, Target]> => {
    const beside = resolve(cwd, outputName(schema));
    const path = out === undefined ? beside : resolve(cwd, out, relative(base, beside));
    const folder = dirname(path);
    const extension =
      importExtension ?? extensions.get(folder) ?? importExtensionFor(folder, folder === dirname(beside));
    extensions.set(folder, extension);
    return [
      schema,
      {
        path: displayPath(path, cwd),
        importExtension: extension,
        runtimeImport,
        style: await styles.of(path),
      },
    ];
  });
  return new Map(await Promise.all(targets));
}

function commonFolder(folders: readonly string[]): string {
  return folders.reduce((common, folder) => {
    let current = common;
    while (!isWithin(folder, current) && dirname(current) !== current) current = dirname(current);
    return current;
  });
}

function isWithin(folder: string, other: string): boolean {
  const way = relative(other, folder);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
