import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Telling two texts apart that differ in more lines than this takes too long, and nobody reads it. */
const mostEdits = 5_000;

/** A unified diff from what a file holds to what it should hold. */
export function unifiedDiff(path: string, actual: string, expected: string): string {
  const patch = createTwoFilesPatch(path, `${path} (expected)`, actual, expected, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch ?? `${path}: differs in more than ${mostEdits} lines\n`;
}
