import { describe } from "../conditions.ts";
import { digits, markdownTable, percent, times, whole } from "../markdown.ts";
import type { PeerName } from "./peers.ts";
import { type CallsReport, type CallsRow, type InFlight, inFlights } from "./run.ts";

const head = [
  "calls/s",
  "spread",
  "p50 us",
  "p99 us",
  "client CPU us/call",
  "server CPU us/call",
  "of floor",
  "of grpc-js",
  "p99 of floor",
];

/** The report for people: a table per number of calls in flight, and what deadline propagation, balancing and its sockets cost. */
export function callsTable({ rows, plan, pinned, conditions }: CallsReport): string {
  const sections = inFlights.map((inFlight) =>
    markdownTable(
      [`${inFlight} in flight`, ...head],
      rows.filter((row) => row.inFlight === inFlight).map(cells),
    ),
  );
  const find = (peer: PeerName, inFlight: InFlight): CallsRow | undefined =>
    rows.find((row) => row.peer === peer && row.inFlight === inFlight);
  const cost = (what: string, without: PeerName, withIt: PeerName, inFlight: InFlight = 64): string[] =>
    costOf(what, find(without, inFlight), find(withIt, inFlight));
  const notes = [
    `Medians of ${plan.repetitions} repetitions, each after ${plan.warmUp / 1000} s of calls; ${pinned ? "client and server on a core each" : "not pinned: no taskset, or one core"}.`,
    ...(describe(conditions) === "" ? [] : [`Conditions: ${describe(conditions)}.`]),
    ...cost("Deadline propagation", "gorpc", "gorpc-propagating"),
    ...cost("Balancing over 16 endpoints", "gorpc", "gorpc-balanced"),
    ...cost("Balancing over 16 endpoints", "gorpc", "gorpc-balanced", 512),
    ...cost("Sixteen sockets in turn under the floor", "floor", "floor-balanced"),
    ...cost("Sixteen sockets in turn under the floor", "floor", "floor-balanced", 512),
  ];
  return [...sections, notes.join("\n")].join("\n\n");
}

function cells(row: CallsRow): string[] {
  return [
    row.peer,
    whole(row.callsPerSecond),
    percent(row.spread),
    digits(row.p50),
    digits(row.p99),
    digits(row.clientCpu),
    digits(row.serverCpu),
    times(row.ofFloor),
    times(row.ofGrpc),
    times(row.p99OfFloor),
  ];
}

function costOf(what: string, without: CallsRow | undefined, row: CallsRow | undefined): string[] {
  if (without === undefined || row === undefined) return [];
  const part = percent(row.callsPerSecond / without.callsPerSecond);
  return [`${what} at ${row.inFlight} in flight: ${part} of the calls/s without it.`];
}
