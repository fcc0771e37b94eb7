import type { GoFile } from "./go-file.ts";

/** A string literal. Go knows JSON's escapes, and refuses a byte order mark in its sources. */
export function goString(text: string): string {
  return JSON.stringify(text).replaceAll("\uFEFF", "\\ufeff");
}

const units = [
  ["Hour", 3_600_000_000_000n],
  ["Minute", 60_000_000_000n],
  ["Second", 1_000_000_000n],
  ["Millisecond", 1_000_000n],
  ["Microsecond", 1_000n],
  ["Nanosecond", 1n],
] as const;

/**
 * A duration as a product, `1500 * time.Millisecond`, to the nearest nanosecond.
 * @param ms - within what a `time.Duration` holds: the checker sees to it
 * @param times - the sign between the factors: gofmt drops the spaces around it where an expression stands among others
 */
export function goDuration(ms: number, file: GoFile, times = " * "): string {
  const ns = nanoseconds(ms);
  const [unit, size] = units.find(([, size]) => ns % size === 0n)!;
  return ns === 0n ? "0" : `${ns / size}${times}${file.use("time")}.${unit}`;
}

function nanoseconds(ms: number): bigint {
  const whole = Math.trunc(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}
