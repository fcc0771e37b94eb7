import type { CallOptions } from "../call-options.ts";
import type { Unary } from "../schema/service.ts";

/** A unary call as interceptors see it; they may pass on another. */
export interface UnaryCall {
  // An interceptor sees calls of every method.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly method: Unary<any, any>;
  readonly request: unknown;
  readonly options: CallOptions;
}

export type UnaryInvoker = (call: UnaryCall) => Promise<unknown>;

/** Wraps what a channel does for each call. `unary` is called once, when the channel is made. */
export interface ClientInterceptor {
  readonly unary?: (next: UnaryInvoker) => UnaryInvoker;
}
