import { digits, markdownTable, percent, times, whole } from "../markdown.ts";
import { sizes, type StreamsReport, type StreamsRow } from "./run.ts";

const head = [
  "messages/s",
  "MB/s",
  "spread",
  "client CPU us/message",
  "server CPU us/message",
  "of raw socket",
  "of grpc-js",
];

/** The report for people: a table per size of message. */
export function streamsTable({ rows, plan }: StreamsReport): string {
  const sections = sizes.map((size) =>
    markdownTable([`${whole(size)} bytes`, ...head], rows.filter((row) => row.size === size).map(cells)),
  );
  return [
    ...sections,
    `Medians of ${plan.repetitions * plan.rounds} rounds, in ${plan.repetitions} pairs of processes.`,
  ].join("\n\n");
}

function cells(row: StreamsRow): string[] {
  return [
    row.peer,
    whole(row.messagesPerSecond),
    digits((row.messagesPerSecond * row.size) / 1e6),
    percent(row.spread),
    digits(row.clientCpu),
    digits(row.serverCpu),
    times(row.ofSocket),
    times(row.ofGrpc),
  ];
}
