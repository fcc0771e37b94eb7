import { dirname, isAbsolute, join, relative } from "node:path";
import { clearConfigCache, type Options, resolveConfig, resolveConfigFile } from "prettier";
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
 * The styles in which a project's own Prettier would format files, from a configuration no higher than the
 * project's root. `.editorconfig` and plugins are ignored, and lines always end in a line feed: the same
 * schema gives the same bytes on every machine.
 */
export class Styles {
  readonly #configs = new Map<string, Promise<string | undefined>>();

  /** As the configuration files are now. */
  static async fresh(): Promise<Styles> {
    // Else Prettier would remember them through all rounds of watching.
    await clearConfigCache();
    return new Styles();
  }

  /**
   * @param outputPath - absolute
   * @throws UsageError where the configuration cannot be read
   */
  async of(outputPath: string): Promise<Options> {
    const folder = dirname(outputPath);
    const found = this.#configs.get(folder) ?? findConfig(folder);
    this.#configs.set(folder, found);
    const config = await found;
    if (config === undefined) return {};
    const options = await attempt(() => resolveConfig(outputPath, { config, editorconfig: false }));
    const chosen = styleOptions.filter((name) => options?.[name] !== undefined);
    return Object.fromEntries(chosen.map((name) => [name, options?.[name]]));
  }
}

/** The configuration that counts for a folder; undefined where there is none within the project. */
async function findConfig(folder: string): Promise<string | undefined> {
  const found = await attempt(() => resolveConfigFile(join(folder, "any.ts")));
  return found !== null && isWithin(found, projectRoot(folder)) ? found : undefined;
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
