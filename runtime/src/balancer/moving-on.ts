import type { Attempt, CallOptions } from "../call-options.ts";
import { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";

/** Whether a call that has failed may go to another endpoint: no server can have seen it. */
export function movesOn(attempt: Attempt | undefined, error: unknown): error is RpcError {
  if (attempt?.stays === true || !(error instanceof RpcError)) return false;
  return error.code === "UNAVAILABLE" && error.sent === "no";
}

/**
 * The options with a deadline that counts from when the call was made, however often it moves on.
 * @param started - when that was
 * @param defaultTimeout - in ms; `Infinity` for none
 */
export function bounded(
  method: AnyMethod,
  options: CallOptions | undefined,
  started: number,
  defaultTimeout: number,
): CallOptions {
  const budget = options?.timeout ?? method.timeout ?? defaultTimeout;
  return { ...options, deadline: options?.deadline ?? started + budget };
}
