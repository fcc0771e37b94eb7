import type { CallOptions } from "../call-options.ts";
import type { Streaming, Unary } from "../schema/service.ts";

/**
 * The caller's side of everything: a connection is a channel, and so is each layer around it.
 * A generated client knows nothing else.
 */
export interface Channel {
  /** @throws RpcError (the promise rejects) */
  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O>;
  /** Nothing is sent before the stream is read. */
  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O>;
  /** Lets the calls in flight finish within their deadlines, ends streams that have none, then releases everything. */
  close(): Promise<void>;
}

/**
 * A channel that says how a call ended without a promise: for a layer that makes the promise itself, since a second one costs
 * each call a tenth of its time.
 */
export interface DirectChannel extends Channel {
  /**
   * Settles once, in whatever context the answer comes.
   * @param resolve - is told when the answer came, too, where that is known: a layer that times calls need not read the clock for it
   * @param time - the present, where it was just read
   * @throws RangeError for an option that cannot be meant; then it settles nothing
   */
  start<I, O>(
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    resolve: (answer: O, time?: number) => void,
    reject: (error: unknown) => void,
    time?: number,
  ): void;
}

/**
 * The answers of a streaming call. The call starts when they are read, once: `for await` does, and leaving the loop ends the call. Who
 * calls `next` by hand must read to the end or call `return`: until then the call stays open, and what has come is held.
 */
export interface ResponseStream<O> extends AsyncIterable<O> {
  /** The single answer of a client-streaming call. */
  only(): Promise<O>;
}

/** A channel that can say how it stands: what a balancer chooses from. */
export interface StatefulChannel extends DirectChannel {
  readonly state: ChannelState;
  /** Calls started and not yet settled. */
  readonly inFlight: number;
  /** How busy the server is, from 0; above 1 where it sheds calls. Undefined where it has not said so lately. */
  readonly load: number | undefined;
  /** Why the last attempt to connect failed or the connection was lost; undefined once it is ready. */
  readonly lastError: Error | undefined;
  /** Starts connecting where it is not; resolves when it is ready. Rejects when this attempt fails. */
  connect(): Promise<void>;
  /** Called after each change of `state`. */
  onStateChange: (() => void) | undefined;
}

/**
 * `idle`: not connected and not trying; `connecting`; `ready`: a call goes out at once; `failed`: lost or
 * refused, and dialled again in the background; `closed`: for good.
 */
export type ChannelState = "idle" | "connecting" | "ready" | "failed" | "closed";
