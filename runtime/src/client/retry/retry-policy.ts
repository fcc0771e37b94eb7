import type { RpcError } from "../../errors.ts";
import type { AnyMethod } from "../../schema/service.ts";
import { TypedError } from "../../schema/typed-error.ts";
import type { RetrySettings } from "./retry-options.ts";

/** Says which failures are worth another attempt, where one is safe, and how long to wait before. */
export class RetryPolicy {
  readonly attempts: number;
  readonly #settings: RetrySettings;
  readonly #random: () => number;

  /** @param random - in [0, 1) */
  constructor(settings: RetrySettings, random: () => number) {
    this.attempts = settings.attempts;
    this.#settings = settings;
    this.#random = random;
  }

  /** Whether another attempt may fare better. */
  isTransient(error: RpcError): boolean {
    const { codes, typedErrors } = this.#settings;
    if (error instanceof TypedError && !typedErrors) return false;
    return codes === undefined ? isTransientByDefault(error) : codes.has(error.code);
  }

  /** Whether it may, and can do no harm. */
  allows(method: AnyMethod, error: RpcError): boolean {
    return (error.sent === "no" || method.idempotent) && this.isTransient(error);
  }

  /**
   * The pause before the next attempt, in ms: never less than the server asks for, and spread from there on over the
   * whole backoff, so that those who failed together come back one by one.
   * @param failures - so far, from 1
   */
  pause(failures: number, error: RpcError): number {
    const { backoff, maxBackoff } = this.#settings;
    const longest = Math.min(maxBackoff, backoff * 2 ** (failures - 1));
    return (error.retryAfter ?? 0) + this.#random() * longest;
  }
}

function isTransientByDefault(error: RpcError): boolean {
  if (error.code === "UNAVAILABLE") return true;
  if (error.code !== "RESOURCE_EXHAUSTED") return false;
  // Unsent with a cause: it is larger than the server accepts, and will be the next time.
  return error.retryAfter !== undefined || (error.sent === "no" && error.cause === undefined);
}
