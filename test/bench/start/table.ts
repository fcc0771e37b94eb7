import { markdownTable, percent } from "../markdown.ts";
import { bare, type StartReport } from "./run.ts";

/** The report for people. */
export function startTable({ rows, plan }: StartReport): string {
  const table = markdownTable(
    ["first answer", "ms", "spread", `ms beyond ${bare}`],
    rows.map((row) => [
      row.peer,
      row.milliseconds.toFixed(1),
      percent(row.spread),
      row.peer === bare ? "" : row.beyondBare.toFixed(1),
    ]),
  );
  return `${table}\n\nMedians of ${plan.repetitions} processes each, in turns.`;
}
