import type { CallOptions } from "../call-options.ts";
import type { Streaming, Unary } from "../schema/service.ts";

/** A unary call as interceptors see it; they may pass on another. */
export interface UnaryCall {
  /** What is called, with what its schema says of it: its path, whether it is idempotent. */
  // An interceptor sees calls of every method.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly method: Unary<any, any>;
  /** What the channel was made for: an address, or what its resolver looks for. */
  readonly target: string;
  /** A value of `method.request`. */
  readonly request: unknown;
  /** What the caller says of this call, with the `deadline` that holds for it where there is one. */
  readonly options: CallOptions;
}

/** Makes a unary call; the answer is a value of its method's `response`. */
export type UnaryInvoker = (call: UnaryCall) => Promise<unknown>;

/** A streaming call as interceptors see it; they may pass on another. */
export interface StreamCall {
  /** What is called, with what its schema says of it: its path, which side streams. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly method: Streaming<any, any>;
  /** What the channel was made for: an address, or what its resolver looks for. */
  readonly target: string;
  /** A single one where only the server streams. */
  readonly requests: Iterable<unknown> | AsyncIterable<unknown>;
  /** What the caller says of this call, with the `deadline` that holds for it where there is one. */
  readonly options: CallOptions;
}

/** Starts a streaming call when its answers are read; a single one where only the client streams. */
export type StreamInvoker = (call: StreamCall) => AsyncIterable<unknown>;

/** Wraps what a channel does for each call. Both are called once, when the channel is made. */
export interface ClientInterceptor {
  /** Wraps unary calls: calls `next` any number of times, or answers itself. */
  readonly unary?: (next: UnaryInvoker) => UnaryInvoker;
  /** An async generator function over `next(call)` does; what ends it early, ends the call. */
  readonly stream?: (next: StreamInvoker) => StreamInvoker;
}
