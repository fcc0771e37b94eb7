import { checkCount, checkTime } from "../limits.ts";
import { checkNames, type OptionNames } from "../option-names.ts";

/** When an endpoint's circuit opens, and how it closes again. Times are in ms. */
export interface CircuitBreakerOptions {
  /** It opens when so many of its calls fail in a row; `Infinity` for any number. @defaultValue 5 */
  readonly consecutiveFailures?: number;
  /** It opens when so many of its calls of a window fail, in percent, above 0. @defaultValue no part is too much */
  readonly failurePercent?: number;
  /** How long a call counts for that. @defaultValue 10 s */
  readonly window?: number;
  /** Fewer calls of a window say nothing of the part that fails. @defaultValue 20 */
  readonly minCalls?: number;
  /** How long it is open before it is tried, spread by a fifth; doubles each time that this fails. @defaultValue 5 s */
  readonly openTime?: number;
  /** The longest that it is open. @defaultValue 60 s, or `openTime` where that is longer */
  readonly maxOpenTime?: number;
  /** How many calls are let through while it is half open; all have to be answered before it closes. @defaultValue 3 */
  readonly probes?: number;
}

export interface BreakerRules {
  readonly consecutiveFailures: number;
  /** Undefined for none. */
  readonly failurePercent: number | undefined;
  readonly window: number;
  readonly minCalls: number;
  readonly openTime: number;
  readonly maxOpenTime: number;
  readonly probes: number;
}

const names: OptionNames<CircuitBreakerOptions> = {
  consecutiveFailures: true,
  failurePercent: true,
  window: true,
  minCalls: true,
  openTime: true,
  maxOpenTime: true,
  probes: true,
};

/**
 * @throws RangeError that names the option, its value and its range
 * @throws TypeError for an option that is not known
 */
export function breakerRules(options: CircuitBreakerOptions): BreakerRules {
  checkNames("circuitBreaker()", names, options);
  const { consecutiveFailures = 5, failurePercent } = options;
  if (consecutiveFailures !== Infinity) checkCount("consecutiveFailures", consecutiveFailures);
  if (failurePercent !== undefined && !(failurePercent > 0 && failurePercent <= 100))
    throw new RangeError(`failurePercent is ${failurePercent}: it takes a number above 0, up to 100`);
  const openTime = checkTime("openTime", options.openTime ?? 5_000);
  return {
    consecutiveFailures,
    failurePercent,
    window: checkTime("window", options.window ?? 10_000),
    minCalls: checkCount("minCalls", options.minCalls ?? 20),
    openTime,
    maxOpenTime: Math.max(openTime, checkTime("maxOpenTime", options.maxOpenTime ?? 60_000)),
    probes: checkCount("probes", options.probes ?? 3),
  };
}
