/**
 * The two 32-bit halves of a 64-bit integer. JavaScript's bitwise operators work on 32 bits, so everything
 * wider goes through a pair of halves; both are signed 32-bit numbers whose bits count.
 */

const scratch = new DataView(new ArrayBuffer(8));

/** The most bytes that a varint takes. */
export const maxVarintBytes = 10;

const twoTo32 = 0x1_0000_0000;

/** The lower half of a safe integer in two's complement. */
export function lowOfNumber(value: number): number {
  return value | 0;
}

/** The upper half of a safe integer in two's complement. */
export function highOfNumber(value: number): number {
  return Math.floor(value / twoTo32) | 0;
}

/** A signed 64-bit integer as a number; above 2^53 rounded to what a number holds. */
export function numberOfHalves(low: number, high: number): number {
  return high * twoTo32 + (low >>> 0);
}

/** A signed 64-bit integer. */
export function signedOfHalves(low: number, high: number): bigint {
  scratch.setInt32(0, low, true);
  scratch.setInt32(4, high, true);
  return scratch.getBigInt64(0, true);
}

/** An unsigned 64-bit integer. */
export function unsignedOfHalves(low: number, high: number): bigint {
  scratch.setInt32(0, low, true);
  scratch.setInt32(4, high, true);
  return scratch.getBigUint64(0, true);
}

/** The lower half of a bigint that fits in 64 bits, signed or not. */
export function lowOfBigint(value: bigint): number {
  scratch.setBigInt64(0, value, true);
  return scratch.getInt32(0, true);
}

/** The upper half of the bigint that {@link lowOfBigint} was last asked for. */
export function highOfLastBigint(): number {
  return scratch.getInt32(4, true);
}

/** How many bytes an unsigned 32-bit integer takes as a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
