import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./usage-error.ts";

const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

/**
 * A schema's text; undefined where there is no such file.
 * @throws UsageError where there is one and it cannot be read
 */
export function readSchema(path: string, cwd: string): string | undefined {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    if (absent.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
