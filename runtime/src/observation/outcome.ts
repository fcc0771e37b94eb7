import { RpcError } from "../errors.ts";
import type { CallContext } from "../protocol/server-call.ts";
import { isForCaller } from "../server/for-caller.ts";
import type { Outcome } from "./observed-call.ts";

/** How a call ended for whoever made it. */
export function clientOutcome(error: unknown): Outcome {
  return error instanceof RpcError ? error.code : "UNKNOWN";
}

/** How a call whose handler answered ended for the caller: a handler that is late, or that nobody waits for, answers nobody. */
export function answeredOutcome({ abortReason }: CallContext): Outcome {
  return abortReason?.code ?? "OK";
}

/** How a call whose handler failed ended for the caller. */
export function failedOutcome({ abortReason, method }: CallContext, error: unknown): Outcome {
  if (abortReason !== undefined) return abortReason.code;
  return error instanceof RpcError && isForCaller(error, method) ? error.code : "INTERNAL";
}

/** How a stream ended for the caller that the server stopped reading: unless the caller left, what came next could not be sent. */
export function leftOutcome({ abortReason }: CallContext): Outcome {
  return abortReason?.code ?? "INTERNAL";
}
