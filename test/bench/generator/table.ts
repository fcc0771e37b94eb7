import { digits, markdownTable, whole } from "../markdown.ts";
import type { GeneratorReport, GeneratorRow } from "./run.ts";

const seconds = (milliseconds: number): string => `${digits(milliseconds / 1000)} s`;

/** The report for people: a row for each size, and how the time grew with the input. */
export function generatorTable({ rows }: GeneratorReport): string {
  const head = [
    "messages of 8 fields",
    "services",
    "files",
    "parse",
    "check",
    "emit",
    "format",
    "output",
    "command",
    "edit",
  ];
  const table = markdownTable(
    head,
    rows.map((row) => [
      whole(row.messages),
      whole(row.services),
      whole(row.files),
      ...[row.parse, row.check, row.emit, row.format].map(seconds),
      `${whole(row.bytes / 1024)} KiB`,
      seconds(row.command),
      seconds(row.edit),
    ]),
  );
  const growth = rows.slice(1).map((row, index) => growthLine(rows[index]!, row));
  const note = "Phases run in a fresh process each time; an edit is one of the middle file, under `--watch`.";
  return [table, [note, ...growth].join("\n")].join("\n\n");
}

function growthLine(smaller: GeneratorRow, larger: GeneratorRow): string {
  const input = larger.messages / smaller.messages;
  const work = ({ parse, check, emit, format }: GeneratorRow) => parse + check + emit + format;
  const phases = (work(larger) / work(smaller)).toFixed(1);
  const command = (larger.command / smaller.command).toFixed(1);
  return `From ${whole(smaller.messages)} to ${whole(larger.messages)} messages (${input}x): phases ${phases}x, command ${command}x.`;
}
