import { markdownTable, whole } from "../markdown.ts";
import type { SizeReport } from "./run.ts";

/** The report for people. */
export function sizeTable({ rows }: SizeReport): string {
  return markdownTable(
    ["client and server", "installed kB", "dependencies", "client minified kB", "with what it loads later"],
    rows.map(({ peer, installed, dependencies, entry, all }) => [
      peer,
      whole(installed / 1000),
      String(dependencies),
      (entry / 1000).toFixed(1),
      (all / 1000).toFixed(1),
    ]),
  );
}
