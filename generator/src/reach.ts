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
  const importers = new Map<SchemaFile, SchemaFile[]>(files.map((file) => [file, []]));
  for (const importer of files) for (const { file } of importer.imports) importers.get(file)?.push(importer);
  const reached = new Set(files.filter(({ path }) => isChanged(path)));
  // The set grows while it is walked.
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return files.filter((file) => reached.has(file));
}
