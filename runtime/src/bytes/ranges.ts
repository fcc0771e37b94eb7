/**
 * What each number type holds. The kind comes first: a value of another would make the operators throw
 * without naming it, or pass for a number.
 */

export function isInt32(value: number): boolean {
  return typeof value === "number" && (value | 0) === value;
}

export function isUint32(value: number): boolean {
  return typeof value === "number" && value >>> 0 === value;
}

export function isInt64(value: bigint): boolean {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

export function isUint64(value: bigint): boolean {
  return typeof value === "bigint" && BigInt.asUintN(64, value) === value;
}

/** Every number but a finite one that would become infinite. */
export function isFloat32(value: number): boolean {
  if (typeof value !== "number") return false;
  return Number.isFinite(Math.fround(value)) || !Number.isFinite(value);
}
