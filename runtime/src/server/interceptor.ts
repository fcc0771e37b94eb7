import type { CallContext } from "../protocol/server-call.ts";

/** A unary handler as interceptors see it. */
export type UnaryHandler = (request: unknown, context: CallContext) => unknown;

/** A streaming handler as interceptors see it: a side that does not stream is a stream of one. */
export type StreamHandler = (
  requests: AsyncIterable<unknown>,
  context: CallContext,
) => AsyncIterable<unknown>;

/**
 * Wraps what a server runs for each call: authentication, logging, metrics. Both are called once per method, when its service is
 * registered; what they return is called once per call, and answers with a value, a promise or an exception as a handler does.
 */
export interface ServerInterceptor {
  readonly unary?: (next: UnaryHandler) => UnaryHandler;
  /** An async generator function over `next(requests, context)` does. */
  readonly stream?: (next: StreamHandler) => StreamHandler;
}

/** The handler behind its interceptors; the first one given is the outermost. */
export function intercept(handler: UnaryHandler, interceptors: readonly ServerInterceptor[]): UnaryHandler {
  return interceptors.reduceRight<UnaryHandler>((next, { unary }) => unary?.(next) ?? next, handler);
}
