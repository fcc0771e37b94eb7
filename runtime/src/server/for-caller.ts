import type { RpcError } from "../errors.ts";
import type { AnyMethod } from "../schema/service.ts";
import { TypedError } from "../schema/typed-error.ts";

const passedOn: ReadonlySet<string> = new Set(["CANCELLED", "DEADLINE_EXCEEDED"]);

/**
 * An error that the handler made is its answer. One that a call of its own failed with is not, since it tells of servers behind this
 * one; but a typed error that the method declares is, and so is the end of the time that they share.
 */
export function isForCaller(error: RpcError, method: AnyMethod): boolean {
  if (error.sent === undefined || passedOn.has(error.code)) return true;
  return error instanceof TypedError && method.throws.some((declared) => error instanceof declared);
}
