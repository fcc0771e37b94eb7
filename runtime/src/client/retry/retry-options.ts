import { type StatusCode, statusNumbers } from "../../errors.ts";
import { checkTime } from "../../limits.ts";
import { checkNames, type OptionNames } from "../../option-names.ts";

/** When calls are made again that failed. */
export interface RetryOptions {
  /** Attempts of one call, the first included, from 1 to 8. @defaultValue 3 */
  readonly attempts?: number;
  /**
   * What is worth another attempt, where another is safe.
   * @defaultValue UNAVAILABLE; and RESOURCE_EXHAUSTED where the server asks to come back later, or nobody took the call
   */
  readonly codes?: readonly StatusCode[];
  /** Whether typed errors with one of these codes are, too: they are answers otherwise. @defaultValue false */
  readonly typedErrors?: boolean;
  /** The longest pause before the second attempt, in ms; it doubles with each. @defaultValue 50 */
  readonly backoff?: number;
  /** The longest pause before any attempt, in ms. @defaultValue 2 s */
  readonly maxBackoff?: number;
  /** Further attempts, hedges included, in percent of the channel's calls in the last 10 s, from 0 to 1000. @defaultValue 20 */
  readonly budgetPercent?: number;
  /** Further attempts per second, on average over 10 s, beside those. @defaultValue 10 */
  readonly budgetPerSecond?: number;
}

/** The same, checked, with the defaults. */
export interface RetrySettings {
  readonly attempts: number;
  /** Undefined for the default rule. */
  readonly codes: ReadonlySet<StatusCode> | undefined;
  readonly typedErrors: boolean;
  readonly backoff: number;
  readonly maxBackoff: number;
  readonly budgetPercent: number;
  readonly budgetPerSecond: number;
}

const names: OptionNames<RetryOptions> = {
  attempts: true,
  codes: true,
  typedErrors: true,
  backoff: true,
  maxBackoff: true,
  budgetPercent: true,
  budgetPerSecond: true,
};

/**
 * @param options - `false` for no retries
 * @throws RangeError or TypeError that names the option
 */
export function resolveRetry(options: RetryOptions | false = {}): RetrySettings {
  const given = options === false ? { attempts: 1 } : options;
  checkNames("retry", names, given);
  return {
    attempts: checkInteger("retry.attempts", given.attempts ?? 3, 1, 8),
    codes: given.codes === undefined ? undefined : new Set(given.codes.map(checkCode)),
    typedErrors: given.typedErrors ?? false,
    backoff: checkTime("retry.backoff", given.backoff ?? 50),
    maxBackoff: checkTime("retry.maxBackoff", given.maxBackoff ?? 2_000),
    budgetPercent: checkInteger("retry.budgetPercent", given.budgetPercent ?? 20, 0, 1_000),
    budgetPerSecond: checkInteger("retry.budgetPerSecond", given.budgetPerSecond ?? 10, 0, 1_000_000),
  };
}

/** @throws RangeError that names the option */
export function checkInteger(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`${name} is ${String(value)}: it takes an integer from ${low} to ${high}`);
}

function checkCode(code: StatusCode): StatusCode {
  if (Object.hasOwn(statusNumbers, code) && (code as string) !== "OK") return code;
  throw new TypeError(`retry.codes takes codes of gRPC by name, not ${JSON.stringify(code)}`);
}
