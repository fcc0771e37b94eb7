import { joinDuration } from "../../bytes/time.ts";
import { DecodeError } from "../../errors.ts";
import type { ScalarName } from "../../schema/types.ts";
import type { Cursor } from "./cursor.ts";

type ReadScalar = (cursor: Cursor) => unknown;

const nanosPerSecond = 1e9;
const bigNanosPerSecond = 1_000_000_000n;

/** By the type here: reads what the peer sent as the kind of number that belongs to it, and checks its range. */
export const readScalar: Partial<Record<ScalarName, ReadScalar>> = {
  bool: (cursor) => cursor.bool(),
  string: (cursor) => cursor.string(),
  bytes: (cursor) => cursor.bytes(),
  int(cursor) {
    const start = cursor.pos;
    const value = cursor.int();
    if (Number.isSafeInteger(value)) return value;
    cursor.pos = start;
    throw new RangeError(`${cursor.bigInt()} is outside the range of int, -(2^53 - 1) to 2^53 - 1`);
  },
  int32(cursor) {
    const value = cursor.int();
    if ((value | 0) === value) return value;
    throw new RangeError(`${value} is outside the range of int32, -2147483648 to 2147483647`);
  },
  uint32(cursor) {
    const value = cursor.uint();
    if (value >>> 0 === value) return value;
    throw new RangeError(`${value} is outside the range of uint32, 0 to 4294967295`);
  },
  int64: (cursor) => cursor.bigInt(),
  uint64: (cursor) => cursor.bigUint(),
  float32(cursor) {
    const value = cursor.float();
    const rounded = Math.fround(value);
    if (Number.isFinite(rounded) || !Number.isFinite(value)) return rounded;
    throw new RangeError(`${value} is outside the range of float32, up to about 3.4e38`);
  },
  float64: (cursor) => cursor.float(),
  duration: readDuration,
};

/** Nanoseconds, to ms. */
function readDuration(cursor: Cursor): number {
  const start = cursor.pos;
  const nanos = cursor.int();
  if (Number.isSafeInteger(nanos))
    return joinDuration(Math.trunc(nanos / nanosPerSecond) + 0, (nanos % nanosPerSecond) + 0)!;
  cursor.pos = start;
  const wide = cursor.bigInt();
  return joinDuration(Number(wide / bigNanosPerSecond), Number(wide % bigNanosPerSecond))!;
}

/** A byte of an array of them, which Go sends as numbers. */
export function readByte(cursor: Cursor): number {
  const value = cursor.uint();
  if (value > 0xff) throw new DecodeError(`${value} is not a byte`);
  return value;
}
