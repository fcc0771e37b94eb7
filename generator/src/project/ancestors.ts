import { dirname } from "node:path";

/** A folder and the folders around it, innermost first. */
export function* ancestors(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (dirname(current) === current) return;
  }
}
