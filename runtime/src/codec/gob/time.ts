/** `time.Time` as it encodes itself: a version, seconds since the year 1, nanoseconds, and minutes from UTC. */
import { joinTimestamp, splitTimestamp } from "../../bytes/time.ts";
import { DecodeError } from "../../errors.ts";

/** Go's zero time, the beginning of the year 1, in ms. */
export const zeroTimeMs = -62_135_596_800_000;

const secondsTo1970 = -zeroTimeMs / 1000;
const utcVersion = 1;
/** Has the seconds beyond the minutes from UTC in one byte more. */
const oddOffsetVersion = 2;
const timeBytes = 15;

/** The 15 bytes of a time in UTC. */
export function encodeTime(ms: number): Uint8Array {
  const { seconds, nanos } = splitTimestamp(ms);
  const bytes = new Uint8Array(timeBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = utcVersion;
  view.setBigInt64(1, BigInt(seconds + secondsTo1970));
  view.setInt32(9, nanos);
  view.setInt16(13, -1);
  return bytes;
}

/**
 * A time in whole ms, rounded down. Where its zone lies does not matter: the seconds are those of UTC.
 * @throws DecodeError where the bytes are no time, or one outside the range of `Date`
 */
export function decodeTime(bytes: Uint8Array): Date {
  const expected = bytes[0] === oddOffsetVersion ? timeBytes + 1 : timeBytes;
  if ((bytes[0] !== utcVersion && bytes[0] !== oddOffsetVersion) || bytes.length !== expected)
    throw new DecodeError("the bytes are not those of a time.Time");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = Number(view.getBigInt64(1)) - secondsTo1970;
  const ms = joinTimestamp(seconds, view.getInt32(9));
  if (ms === undefined) throw new DecodeError("a time is outside the range of Date");
  return new Date(ms);
}
