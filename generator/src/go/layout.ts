import { basename, join, resolve } from "node:path";
import { displayPath } from "../inputs.ts";
import { UsageError } from "../usage-error.ts";
import { goFileName } from "./file-name.ts";

/** The Go package that all schemas of a run become. */
export interface GoPackage {
  /** As it was given, relative to `cwd` where it is not absolute. */
  readonly folder: string;
  readonly name: string;
  readonly cwd: string;
}

/** Words that no package can be called, and the name by which Go leaves a file out. */
const reserved = new Set(
  (
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package " +
    "range return select struct switch type var _ documentation"
  ).split(" "),
);

/**
 * A package in a folder.
 * @param name - by default the folder's
 * @throws UsageError where Go knows no package of such a name
 */
export function goPackage(folder: string, name: string | undefined, cwd: string): GoPackage {
  const chosen = name ?? basename(resolve(cwd, folder));
  if (/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(chosen) && !reserved.has(chosen))
    return { folder, name: chosen, cwd };
  const remedy = name === undefined ? "; give it another name than its folder's with --go-package" : "";
  throw new UsageError(`${JSON.stringify(chosen)} cannot be the name of a Go package${remedy}`);
}

/**
 * Where each schema's Go goes.
 * @throws UsageError where two would go to one place
 */
export function goPaths(schemas: readonly string[], { folder, cwd }: GoPackage): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const schema of schemas) {
    const path = displayPath(join(folder, goFileName(schema)), cwd);
    // Some file systems do not tell small letters from capitals.
    const owner = owners.get(path.toLowerCase());
    if (owner !== undefined) {
      throw new UsageError(
        `the Go of ${owner} and of ${schema} would both be ${path}; rename one of the two`,
      );
    }
    owners.set(path.toLowerCase(), schema);
    paths.set(schema, path);
  }
  return paths;
}
