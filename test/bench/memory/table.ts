import { markdownTable, whole } from "../markdown.ts";
import type { MemoryReport } from "./run.ts";

/** The report for people. */
export function memoryTable({ rows, plan }: MemoryReport): string {
  const bytes = (value: number | undefined): string => (value === undefined ? "" : whole(value));
  const table = markdownTable(
    [
      "bytes each",
      "connection after calls, server",
      "idle connection, server",
      "resident",
      "call in flight, client",
      "call in flight, server",
    ],
    rows.map((row) => [
      row.peer,
      ...[
        row.usedConnection,
        row.idleConnection,
        row.idleConnectionResident,
        row.callOnClient,
        row.callOnServer,
      ].map(bytes),
    ]),
  );
  return `${table}\n\nOf ${whole(plan.connections)} connections and of ${whole(plan.calls)} calls on one; heap and buffers without garbage. Idle: ${plan.silence / 1_000} s after the last call.`;
}
