import { resolve } from "node:path";
import { unifiedDiff } from "./diff.ts";
import type { FileReport } from "./report.ts";
import { UsageError } from "./usage-error.ts";
import { readIfExists, writeFileIfChanged } from "./write-files.ts";

/** What is done with a file that was generated or formatted; its path is relative to the working directory. */
export type Sink = (path: string, text: string) => Promise<FileReport>;

/** Writes what differs. */
export function writeSink(cwd: string): Sink {
  return async (path, text) => {
    try {
      return { path, status: await writeFileIfChanged(resolve(cwd, path), text) };
    } catch (error) {
      throw new UsageError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
}

/** Writes nothing, tells what differs, and how. */
export function checkSink(cwd: string, status: "stale" | "unformatted"): Sink {
  return async (path, text) => {
    const current = await readIfExists(resolve(cwd, path));
    if (current === text) return { path, status: "unchanged" };
    return { path, status, diff: unifiedDiff(path, current ?? "", text) };
  };
}

/** Writes nothing and tells what differs. */
export function drySink(cwd: string): Sink {
  return async (path, text) => {
    const current = await readIfExists(resolve(cwd, path));
    return { path, status: current === text ? "unchanged" : "would-write" };
  };
}
