/**
 * Numbers as gob writes them: one byte up to 127, else how many bytes follow, negated, and those bytes, the highest
 * first. A sign goes into the lowest bit; a float is its bits turned around, so that round values are short.
 */
import { isInt64, isUint64 } from "../../bytes/ranges.ts";
import { refuse } from "../../bytes/refuse.ts";
import { highOfLastBigint, highOfNumber, lowOfBigint, lowOfNumber } from "../../bytes/varint.ts";
import type { Writer } from "../../bytes/writer.ts";

const scratch = new DataView(new ArrayBuffer(8));

/** An unsigned integer of up to 32 bits. */
export function putUint(writer: Writer, value: number): void {
  if (value < 0x80) writer.byte(value);
  else putHalves(writer, value, 0);
}

/** An unsigned integer of 64 bits. */
export function putBigUint(writer: Writer, value: bigint): void {
  if (!isUint64(value)) refuse(value, "a uint64, a bigint from 0 to 2^64 - 1");
  putHalves(writer, lowOfBigint(value), highOfLastBigint());
}

/** A safe integer. */
export function putInt(writer: Writer, value: number): void {
  if (value >= -64 && value < 64) writer.byte(value < 0 ? (~value << 1) | 1 : value << 1);
  else putSigned(writer, lowOfNumber(value), highOfNumber(value));
}

/** A signed integer of 64 bits. */
export function putBigInt(writer: Writer, value: bigint): void {
  if (!isInt64(value)) refuse(value, "an int64, a bigint from -(2^63) to 2^63 - 1");
  putSigned(writer, lowOfBigint(value), highOfLastBigint());
}

export function putFloat(writer: Writer, value: number): void {
  scratch.setFloat64(0, value);
  putHalves(writer, scratch.getUint32(0, true), scratch.getUint32(4, true));
}

/** How many bytes an unsigned integer of up to 32 bits takes. */
export function uintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x100) return 2;
  if (value < 0x1_0000) return 3;
  return value < 0x100_0000 ? 4 : 5;
}

/** An unsigned integer of up to 32 bits into bytes that have room for it. */
export function setUint(bytes: Uint8Array, at: number, value: number): void {
  const size = uintSize(value);
  if (size === 1) {
    bytes[at] = value;
    return;
  }
  bytes[at] = 0x100 - (size - 1);
  for (let rest = value, last = at + size - 1; last > at; last--, rest >>>= 8) bytes[last] = rest;
}

/** Moves the sign to the lowest bit. */
function putSigned(writer: Writer, low: number, high: number): void {
  const sign = high >> 31;
  putHalves(writer, (low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
}

function putHalves(writer: Writer, low: number, high: number): void {
  if (high === 0 && low >>> 0 < 0x80) {
    writer.byte(low);
    return;
  }
  const count = high === 0 ? byteCount(low) : 4 + byteCount(high);
  const bytes = writer.reserve(count + 1).buffer;
  let at = writer.pos;
  bytes[at++] = 0x100 - count;
  for (let shift = (count - 5) * 8; shift >= 0; shift -= 8) bytes[at++] = high >>> shift;
  for (let shift = (Math.min(count, 4) - 1) * 8; shift >= 0; shift -= 8) bytes[at++] = low >>> shift;
  writer.pos = at;
}

function byteCount(half: number): number {
  return 4 - (Math.clz32(half) >> 3);
}
