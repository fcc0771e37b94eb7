import type { SchemaFile } from "@gorpc/idl";

/** Some schemas and all that they import, directly or not; in the order of their paths. */
export function withImports(files: readonly SchemaFile[]): SchemaFile[] {
  const found = new Set(files);
  // The set grows while it is walked.
  for (const { imports } of found) for (const { file } of imports) found.add(file);
  return [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The schemas whose TypeScript a change can reach: those that changed, and what imports them, directly or not. */
export function reachedBy(isChanged: (path: string) => boolean, files: readonly SchemaFile[]): SchemaFile[] {
  return files.filter((file) => withImports([file]).some(({ path }) => isChanged(path)));
}
