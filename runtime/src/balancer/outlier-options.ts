import { checkCount, checkTime } from "../limits.ts";
import { checkNames, type OptionNames } from "../option-names.ts";

/** Ejects endpoints whose calls succeed less often than the others' do. */
export interface SuccessRateOptions {
  /** By how many standard deviations less. @defaultValue 1.9 */
  readonly deviations?: number;
  /** How many endpoints must have had enough calls. @defaultValue 5 */
  readonly minEndpoints?: number;
  /** How many calls of an interval are enough. @defaultValue 100 */
  readonly minCalls?: number;
}

/** Ejects endpoints of whose calls too many fail, however the others fare. */
export interface FailurePercentageOptions {
  /** In percent: what is more is too many. @defaultValue 85 */
  readonly threshold?: number;
  /** How many endpoints there must be. @defaultValue 5 */
  readonly minEndpoints?: number;
  /** How many calls of an interval are enough. @defaultValue 50 */
  readonly minCalls?: number;
}

/** Passive outlier ejection, as gRFC A50 describes it. Times are in ms. */
export interface OutlierEjectionOptions {
  /** Between two looks at the calls that ended in between. @defaultValue 10 s */
  readonly interval?: number;
  /** How long an endpoint is left out, times how often it was lately. @defaultValue 30 s */
  readonly baseTime?: number;
  /** The longest that it is left out. @defaultValue 300 s, or `baseTime` where that is longer */
  readonly maxTime?: number;
  /** How many of the endpoints may be left out at once; one may in any case. @defaultValue 10 */
  readonly maxPercent?: number;
  /** `false` for not at all. */
  readonly successRate?: SuccessRateOptions | false;
  /** `false` for not at all. */
  readonly failurePercentage?: FailurePercentageOptions | false;
}

export interface OutlierRules {
  readonly interval: number;
  readonly baseTime: number;
  readonly maxTime: number;
  readonly maxPercent: number;
  readonly successRate: Required<SuccessRateOptions> | undefined;
  readonly failurePercentage: Required<FailurePercentageOptions> | undefined;
}

const names: OptionNames<OutlierEjectionOptions> = {
  interval: true,
  baseTime: true,
  maxTime: true,
  maxPercent: true,
  successRate: true,
  failurePercentage: true,
};

/**
 * @throws RangeError that names the option, its value and its range
 * @throws TypeError for an option that is not known
 */
export function outlierRules(options: OutlierEjectionOptions = {}): OutlierRules {
  checkNames("outlierEjection", names, options);
  const baseTime = checkTime("baseTime", options.baseTime ?? 30_000);
  return {
    interval: checkTime("interval", options.interval ?? 10_000),
    baseTime,
    maxTime: Math.max(baseTime, checkTime("maxTime", options.maxTime ?? 300_000)),
    maxPercent: checkPercent("maxPercent", options.maxPercent ?? 10),
    successRate: options.successRate === false ? undefined : successRateRules(options.successRate),
    failurePercentage:
      options.failurePercentage === false ? undefined : failureRules(options.failurePercentage),
  };
}

function successRateRules(options: SuccessRateOptions = {}): Required<SuccessRateOptions> {
  checkNames("successRate", { deviations: true, minEndpoints: true, minCalls: true }, options);
  const { deviations = 1.9, minEndpoints = 5, minCalls = 100 } = options;
  if (!(deviations > 0)) throw new RangeError(`deviations is ${deviations}: it takes a number above 0`);
  checkCount("minEndpoints", minEndpoints);
  checkCount("minCalls", minCalls);
  return { deviations, minEndpoints, minCalls };
}

function failureRules(options: FailurePercentageOptions = {}): Required<FailurePercentageOptions> {
  checkNames("failurePercentage", { threshold: true, minEndpoints: true, minCalls: true }, options);
  const { threshold = 85, minEndpoints = 5, minCalls = 50 } = options;
  checkPercent("threshold", threshold);
  checkCount("minEndpoints", minEndpoints);
  checkCount("minCalls", minCalls);
  return { threshold, minEndpoints, minCalls };
}

function checkPercent(name: string, value: number): number {
  if (value >= 0 && value <= 100) return value;
  throw new RangeError(`${name} is ${value}: it takes a number from 0 to 100`);
}
