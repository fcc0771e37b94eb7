import { stat } from "node:fs/promises";
import { dirname, posix, relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { UsageError } from "./usage-error.ts";

/** The schemas that a command line names. */
export interface Inputs {
  /** Relative to the working directory where they can be, with forward slashes, sorted. */
  readonly schemas: readonly string[];
  /** The folder of each argument: the folder named, a file's, or where a glob begins. Absolute. */
  readonly folders: readonly string[];
  /** The files and folders in which a change can matter. Absolute. */
  readonly watched: readonly string[];
}

const ignore = ["**/node_modules/**", "**/.git/**"];

/**
 * Finds the schemas that files, folders and globs name.
 * @throws UsageError where one of them names none
 */
export async function findInputs(names: readonly string[], cwd: string): Promise<Inputs> {
  const found = await Promise.all(names.map((name) => findOne(name, cwd)));
  const schemas = new Set(found.flatMap(({ schemas }) => schemas));
  return {
    schemas: [...schemas].sort(),
    folders: found.map(({ folder }) => folder),
    watched: found.map(({ watched }) => watched),
  };
}

interface Found {
  readonly schemas: readonly string[];
  readonly folder: string;
  readonly watched: string;
}

async function findOne(name: string, cwd: string): Promise<Found> {
  const path = resolve(cwd, name);
  const stats = await stat(path).catch(() => undefined);
  // A name that exists is not a pattern, whatever characters it has.
  if (stats?.isFile() === true) return oneFile(name, path, cwd);
  if (stats?.isDirectory() === true) {
    const schemas = await search("**/*.gorpc", path, cwd);
    if (schemas.length === 0) throw new UsageError(`no .gorpc files found in ${name}`);
    return { schemas, folder: path, watched: path };
  }
  if (!isDynamicPattern(name)) throw new UsageError(`${name} does not exist`);
  const schemas = await search(toPosix(name), cwd, cwd);
  if (schemas.length === 0) throw new UsageError(`no .gorpc files match ${name}`);
  const folder = resolve(cwd, globParent(name));
  return { schemas, folder, watched: folder };
}

function oneFile(name: string, path: string, cwd: string): Found {
  if (!path.endsWith(".gorpc")) throw new UsageError(`${name} is not a .gorpc file`);
  return { schemas: [displayPath(path, cwd)], folder: dirname(path), watched: path };
}

async function search(pattern: string, folder: string, cwd: string): Promise<string[]> {
  // A link back to a folder around it would give the same schemas again under longer names.
  const options = {
    cwd: folder,
    absolute: true,
    ignore,
    expandDirectories: false,
    followSymbolicLinks: false,
  };
  const matches = await glob(pattern, options);
  return matches.filter((path) => path.endsWith(".gorpc")).map((path) => displayPath(path, cwd));
}

/** The folder that a glob cannot leave: its parts before the first that is a pattern. */
function globParent(pattern: string): string {
  const parts = toPosix(pattern).split("/");
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

/** A path as messages show it: relative to the working directory, with forward slashes. */
export function displayPath(path: string, cwd: string): string {
  return toPosix(relative(cwd, resolve(cwd, path))) || ".";
}

function toPosix(path: string): string {
  return sep === posix.sep ? path : path.split(sep).join(posix.sep);
}
