import { checkTime } from "../limits.ts";

/** Bounds of what a server does at once. */
export interface OverloadLimits {
  /** Handlers that run at once, over all connections; a stream counts while it is open. @defaultValue Infinity */
  readonly maxConcurrency: number;
  /** Calls that wait for one of these places; further ones are shed. @defaultValue 1,000 */
  readonly maxQueue: number;
  /** In ms: how late the event loop may come, on average. While it is later, fewer calls are taken and the others shed. @defaultValue Infinity */
  readonly maxLag: number;
}

/**
 * The bounds given, or the defaults.
 * @throws RangeError for one that is out of its range
 */
export function overloadLimits(options: Partial<OverloadLimits>): OverloadLimits {
  return {
    maxConcurrency: checkCount("maxConcurrency", options.maxConcurrency ?? Infinity, 1),
    maxQueue: checkCount("maxQueue", options.maxQueue ?? 1_000, 0),
    maxLag: checkTime("maxLag", options.maxLag ?? Infinity),
  };
}

/** Whether calls may have to wait, or be shed. */
export function isBounded({ maxConcurrency, maxLag }: OverloadLimits): boolean {
  return maxConcurrency !== Infinity || maxLag !== Infinity;
}

function checkCount(name: string, value: number, least: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw new RangeError(
    `${name} is ${String(value)}: it takes an integer from ${least}, or Infinity for none`,
  );
}
