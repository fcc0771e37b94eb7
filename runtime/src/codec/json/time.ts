import { isDuration, splitDuration } from "../../bytes/time.ts";
import { EncodeError } from "../../errors.ts";

const firstMs = Date.parse("0001-01-01T00:00:00Z");
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");
const msPerMinute = 60_000;

const timestampPattern =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const durationPattern = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;

/** RFC 3339 in UTC, with as many fractional digits as protobuf writes: none or three. */
export function printTimestamp(date: Date): string {
  const ms = date.getTime();
  if (ms < firstMs || ms > lastMs) {
    throw new EncodeError("a timestamp in JSON lies in the years 0001 to 9999");
  }
  return date.toISOString().replace(".000Z", "Z");
}

/** A timestamp in whole ms, rounded down; undefined for a text that is not one. */
export function parseTimestamp(text: string): Date | undefined {
  const [, local, fraction = "", sign = "+", hours = "0", minutes = "0"] = timestampPattern.exec(text) ?? [];
  if (local === undefined) return undefined;
  const whole = Date.parse(`${local}Z`);
  // Date.parse takes the 31st of any month for the 1st of the next.
  if (Number.isNaN(whole) || !new Date(whole).toISOString().startsWith(local)) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * msPerMinute;
  const ms = whole + Number(fraction.padEnd(3, "0").slice(0, 3)) - (sign === "-" ? -offset : offset);
  return ms >= firstMs && ms <= lastMs ? new Date(ms) : undefined;
}

/** Seconds with as many fractional digits as protobuf writes: none, three, six or nine. */
export function printDuration(ms: number): string {
  const { seconds, nanos } = splitDuration(ms);
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  const digits = String(Math.abs(nanos)).padStart(9, "0");
  const fraction = nanos === 0 ? "" : `.${digits.replace(/(?:000){1,2}$/, "")}`;
  return `${sign}${Math.abs(seconds)}${fraction}s`;
}

/** A duration in ms; undefined for a text that is not one, or one outside protobuf's range. */
export function parseDuration(text: string): number | undefined {
  const [, sign, seconds, fraction = ""] = durationPattern.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const size = Number(seconds) * 1000 + Number(fraction.padEnd(9, "0")) / 1e6;
  if (!isDuration(size)) return undefined;
  return sign === "-" && size !== 0 ? -size : size;
}
