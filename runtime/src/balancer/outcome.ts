import { RpcError, type StatusCode } from "../errors.ts";
import type { Outcome } from "./balancer.ts";

/** What a server that is well does not answer. Other errors are answers: a busy lookup finds nothing a thousand times a second. */
const failures: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNKNOWN",
  "DATA_LOSS",
  "UNIMPLEMENTED",
]);

/** What a call's error says of the server. */
export function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof RpcError)) return "failed";
  if (error.code === "CANCELLED") return "cancelled";
  return failures.has(error.code) ? "failed" : "answered";
}

/**
 * What a stream's beginning says of the server: its first answer, its end without one (`undefined`), or how it failed before. A
 * deadline that passes says nothing: a subscription may be quiet for as long as nothing happens.
 */
export function streamOutcomeOf(error: unknown): Outcome {
  if (error === undefined) return "answered";
  if (error instanceof RpcError && error.code === "DEADLINE_EXCEEDED") return "cancelled";
  return outcomeOf(error);
}
