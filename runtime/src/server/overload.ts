import type { Logger } from "../logger.ts";
import type { Load } from "../protocol/protocol.ts";
import { Admission } from "./admission.ts";
import { LoopWatch } from "./loop-watch.ts";
import type { OverloadLimits } from "./overload-limits.ts";
import { RateLimit } from "./rate-limit.ts";

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

export function guardAgainstOverload(bounds: OverloadLimits, logger: Logger): Overload {
  const limits = { ...bounds, logger };
  if (bounds.maxLag === Infinity) {
    const admission = bounds.maxConcurrency === Infinity ? undefined : new Admission(limits);
    return { admission, load: { period: 0, thousandths: 0 }, start() {}, stop() {} };
  }
  const rate = new RateLimit(bounds.maxLag);
  const watch = new LoopWatch(rate);
  return {
    admission: new Admission({ ...limits, pace: { rate, watch } }),
    load: watch,
    start: () => watch.start(),
    stop: () => watch.stop(),
  };
}
