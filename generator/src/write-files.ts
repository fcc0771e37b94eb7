import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What became of an output file. */
export type WriteResult = "written" | "unchanged";

/**
 * Writes a file if its content differs. A reader sees the old content or the new, never a part: the new one
 * is written beside it and takes its place at once.
 */
export async function writeFileIfChanged(path: string, text: string): Promise<WriteResult> {
  if ((await readIfExists(path)) === text) return "unchanged";
  await mkdir(dirname(path), { recursive: true });
  // A rename would put a file in the place of a symbolic link.
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return "written";
}

/** A file's text; undefined where there is none. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
