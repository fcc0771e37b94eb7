import { relative, isAbsolute } from "node:path";
import { type Options, resolveConfig, resolveConfigFile } from "prettier";
import { UsageError } from "../usage-error.ts";
import { projectRoot } from "./root.ts";

/** The options that change how TypeScript looks; others, plugins above all, could change what it says. */
const styleOptions = [
  "arrowParens",
  "bracketSpacing",
  "experimentalOperatorPosition",
  "experimentalTernaries",
  "objectWrap",
  "printWidth",
  "quoteProps",
  "semi",
  "singleQuote",
  "tabWidth",
  "trailingComma",
  "useTabs",
] as const satisfies readonly (keyof Options)[];

/**
 * The style in which a project's own Prettier would format a file, from a configuration no higher than the
 * project's root. `.editorconfig` and plugins are ignored, and lines always end in a line feed: the same
 * schema gives the same bytes on every machine.
 * @param outputPath - absolute
 * @param folder - of the output, absolute
 */
export async function styleOf(outputPath: string, folder: string): Promise<Options> {
  const found = await attempt(() => resolveConfigFile(outputPath));
  if (found === null || !isWithin(found, projectRoot(folder))) return {};
  const config = await attempt(() => resolveConfig(outputPath, { config: found, editorconfig: false }));
  const chosen = styleOptions.filter((name) => config?.[name] !== undefined);
  return Object.fromEntries(chosen.map((name) => [name, config?.[name]]));
}

async function attempt<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UsageError(`cannot read the project's Prettier configuration: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith("..") && !isAbsolute(way);
}
