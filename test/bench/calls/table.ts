import { digits, markdownTable, whole } from "../markdown.ts";
import { inFlights, type CallsReport, type CallsRow, type InFlight } from "./run.ts";
import type { PeerName } from "./peers.ts";

/** The report for people: a table, and what deadline propagation costs. */
export function callsTable(report: CallsReport): string {
  const find = (peer: PeerName, inFlight: InFlight): CallsRow | undefined =>
    report.rows.find((row) => row.peer === peer && row.inFlight === inFlight);
  const ratio = (row: CallsRow, peer: PeerName): string => {
    const other = find(peer, row.inFlight);
    return other === undefined ? "" : `${(row.callsPerSecond / other.callsPerSecond).toFixed(2)}x`;
  };
  const sections = inFlights.map((inFlight) => {
    const rows = report.rows.filter((row) => row.inFlight === inFlight);
    const head = [
      `${inFlight} in flight`,
      "calls/s",
      "spread",
      "p50 us",
      "p99 us",
      "client CPU us/call",
      "server CPU us/call",
      "of floor",
      "of grpc-js",
    ];
    return markdownTable(
      head,
      rows.map((row) => [
        row.peer,
        whole(row.callsPerSecond),
        `${(row.spread * 100).toFixed(0)} %`,
        digits(row.p50),
        digits(row.p99),
        digits(row.clientCpu),
        digits(row.serverCpu),
        ratio(row, "floor"),
        ratio(row, "grpc-js"),
      ]),
    );
  });
  const notes = [
    `Medians of ${report.repetitions} repetitions; ${report.pinned ? "client and server on a core each" : "not pinned: no taskset, or one core"}.`,
    ...propagationCost(find("gorpc", 64), find("gorpc, propagating", 64)),
  ];
  return [...sections, notes.join("\n")].join("\n\n");
}

function propagationCost(without: CallsRow | undefined, propagating: CallsRow | undefined): string[] {
  if (without === undefined || propagating === undefined) return [];
  const microseconds = propagating.serverCpu - without.serverCpu;
  const part = propagating.callsPerSecond / without.callsPerSecond;
  return [
    `Deadline propagation at 64 in flight: ${microseconds.toFixed(2)} us of server CPU per call, ${(part * 100).toFixed(0)} % of the calls/s without it.`,
  ];
}
