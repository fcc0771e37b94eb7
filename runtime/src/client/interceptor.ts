import type { CallOptions } from "../call-options.ts";
import type { Streaming, Unary } from "../schema/service.ts";

/** A unary call as interceptors see it; they may pass on another. */
export interface UnaryCall {
  // An interceptor sees calls of every method.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly method: Unary<any, any>;
  /** What the channel was made for: an address, or what its resolver looks for. */
  readonly target: string;
  readonly request: unknown;
  readonly options: CallOptions;
}

export type UnaryInvoker = (call: UnaryCall) => Promise<unknown>;

/** A streaming call as interceptors see it; they may pass on another. */
export interface StreamCall {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly method: Streaming<any, any>;
  /** What the channel was made for: an address, or what its resolver looks for. */
  readonly target: string;
  /** A single one where only the server streams. */
  readonly requests: Iterable<unknown> | AsyncIterable<unknown>;
  readonly options: CallOptions;
}

/** Starts a streaming call when its answers are read; a single one where only the client streams. */
export type StreamInvoker = (call: StreamCall) => AsyncIterable<unknown>;

/** Wraps what a channel does for each call. Both are called once, when the channel is made. */
export interface ClientInterceptor {
  readonly unary?: (next: UnaryInvoker) => UnaryInvoker;
  /** An async generator function over `next(call)` does; what ends it early, ends the call. */
  readonly stream?: (next: StreamInvoker) => StreamInvoker;
}
