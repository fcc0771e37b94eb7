import { checkTime } from "../limits.ts";
import type { Logger } from "../logger.ts";
import type { Load } from "../protocol/protocol.ts";
import { Admission } from "./admission.ts";
import { LoopWatch } from "./loop-watch.ts";
import { RateLimit } from "./rate-limit.ts";

/** Bounds of what a server does at once. */
export interface OverloadLimits {
  /** Handlers that run at once, over all connections; a stream counts while it is open. @defaultValue Infinity */
  readonly maxConcurrency: number;
  /** Calls that wait for one of these places; further ones are shed. @defaultValue 1,000 */
  readonly maxQueue: number;
  /** In ms: how late the event loop may come, on average. While it is later, fewer calls are taken and the others shed. @defaultValue Infinity */
  readonly maxLag: number;
}

/** What keeps a server from taking more than it can do. */
export interface Overload {
  /** Undefined where nothing is bounded. */
  readonly admission: Admission | undefined;
  /** What callers are told; its period stays 0 where the event loop is not watched. */
  readonly load: Load;
  /** Starts watching the event loop, where that bounds anything. */
  start(): void;
  stop(): void;
}

/** @throws RangeError for an option out of its range */
export function guardAgainstOverload(options: Partial<OverloadLimits>, logger: Logger): Overload {
  const maxConcurrency = checkCount("maxConcurrency", options.maxConcurrency ?? Infinity, 1);
  const maxQueue = checkCount("maxQueue", options.maxQueue ?? 1_000, 0);
  const maxLag = checkTime("maxLag", options.maxLag ?? Infinity);
  const limits = { maxConcurrency, maxQueue, maxLag, logger };
  if (maxLag === Infinity) {
    const admission = maxConcurrency === Infinity ? undefined : new Admission(limits);
    return { admission, load: { period: 0, thousandths: 0 }, start() {}, stop() {} };
  }
  const rate = new RateLimit(maxLag);
  const watch = new LoopWatch(rate);
  return {
    admission: new Admission({ ...limits, pace: { rate, watch } }),
    load: watch,
    start: () => watch.start(),
    stop: () => watch.stop(),
  };
}

function checkCount(name: string, value: number, least: number): number {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw new RangeError(
    `${name} is ${String(value)}: it takes an integer from ${least}, or Infinity for none`,
  );
}
