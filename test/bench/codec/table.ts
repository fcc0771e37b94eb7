import { digits, markdownTable, whole } from "../markdown.ts";
import type { PeerName } from "./peers.ts";
import type { CodecReport, CodecRow, Direction } from "./run.ts";
import type { SizeName } from "./sizes.ts";

/** The report for people: a table for each size. */
export function codecTable(report: CodecReport): string {
  const find = (peer: PeerName, size: SizeName, direction: Direction): CodecRow | undefined =>
    report.rows.find((row) => row.peer === peer && row.size === size && row.direction === direction);
  const ratio = (row: CodecRow): string => {
    const base = find("protobufjs", row.size, row.direction);
    return base === undefined ? "" : `${(row.nanoseconds / base.nanoseconds).toFixed(2)}x`;
  };
  const figures = (row: CodecRow): string[] => [
    digits(row.nanoseconds),
    `${(row.spread * 100).toFixed(0)} %`,
    ratio(row),
  ];
  const names = [...new Set(report.rows.map(({ size }) => size))];
  const tables = names.map((size) => {
    const rows = [...new Set(report.rows.map(({ peer }) => peer))].map((peer) => {
      const encode = find(peer, size, "encode")!;
      const decode = find(peer, size, "decode")!;
      return [peer, whole(encode.bytes), ...figures(encode), ...figures(decode)];
    });
    const head = [
      size,
      "bytes",
      "encode ns",
      "spread",
      "of protobufjs's time",
      "decode ns",
      "spread",
      "of protobufjs's time",
    ];
    return markdownTable(head, rows);
  });
  return [...tables, `Medians of ${report.repetitions} repetitions.`].join("\n\n");
}
