import { createTwoFilesPatch } from "diff";

/** A diff larger than this takes too long, and nobody reads it. */
const mostEdits = 5_000;

/** A unified diff of a file from what it holds to what it should hold. */
export function unifiedDiff(path: string, actual: string, expected: string): string {
  const patch = createTwoFilesPatch(path, `${path} (generated)`, actual, expected, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
  });
  return patch ?? `${path}: differs in more than ${mostEdits} lines\n`;
}
