import type { CallOptions } from "../call-options.ts";
import { runInside } from "../propagation.ts";
import type { Streaming } from "../schema/service.ts";
import { MessageStream } from "./message-stream.ts";
import { type CallHolder, PendingCall } from "./pending-call.ts";

/** What the sender of a stream pulls its messages from. */
export type Pulled<T> = Iterator<T> | AsyncIterator<T>;

/** A call that streams in either direction, on the caller's side. */
export class StreamCall<I = unknown, O = unknown> extends PendingCall {
  /** What the caller reads. */
  readonly responses: MessageStream<O>;
  readonly #requests: Iterable<I> | AsyncIterable<I> | undefined;
  #taken = false;

  private constructor(
    holder: CallHolder,
    method: Streaming<I, O>,
    request: I | undefined,
    requests: Iterable<I> | AsyncIterable<I> | undefined,
    options: CallOptions | undefined,
    responses: MessageStream<O>,
  ) {
    const succeed = (value: O): void =>
      responses.end(method.kind === "client-stream" ? { value } : undefined);
    // The default timeout bounds no stream: many are meant to stay open.
    super(holder, method, request, options, Infinity, succeed, (error) => {
      if (error.sent === "yes") responses.endWith(error);
      else responses.fail(error);
    });
    this.responses = responses;
    this.#requests = requests;
  }

  /** A call with one request, where only the server streams. */
  static ofOne<I, O>(
    holder: CallHolder,
    method: Streaming<I, O>,
    request: I,
    options: CallOptions | undefined,
  ): StreamCall<I, O> {
    const responses = new MessageStream<O>(() => call.dismiss());
    const call = new StreamCall(holder, method, request, undefined, options, responses);
    return call;
  }

  /** A call with a stream of requests. */
  static ofMany<I, O>(
    holder: CallHolder,
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options: CallOptions | undefined,
  ): StreamCall<I, O> {
    const responses = new MessageStream<O>(() => call.dismiss());
    const call = new StreamCall(holder, method, undefined, requests, options, responses);
    return call;
  }

  /** Whether its requests have been asked for: then it cannot go out on another connection. */
  get requestsTaken(): boolean {
    return this.#taken;
  }

  /** Asks for the requests, once; undefined where there is one, which goes out with the call. */
  takeRequests(): Pulled<I> | undefined {
    if (this.#requests === undefined) return undefined;
    this.#taken = true;
    const requests = iterate(this.#requests);
    const { enclosing } = this;
    return enclosing === undefined ? requests : throughout(requests, (step) => runInside(enclosing, step));
  }
}

/** Whether a call may go on for ever: whoever waits for the end of calls must end it. */
export function isEndless({ method, deadline }: Pick<PendingCall, "method" | "deadline">): boolean {
  return method.kind !== "unary" && deadline === Infinity;
}

/** @throws TypeError where it is no iterable */
export function iterate<T>(values: Iterable<T> | AsyncIterable<T>): Pulled<T> {
  if (typeof values === "object" && values !== null) {
    if (Symbol.asyncIterator in values) return values[Symbol.asyncIterator]();
    if (Symbol.iterator in values) return values[Symbol.iterator]();
  }
  throw new TypeError(`a stream takes an iterable or an async iterable, not ${typeof values}`);
}

/** An iterator each step of which runs inside something: a generator's body runs where `next` is called. */
export function throughout<T>(values: Pulled<T>, run: <R>(step: () => R) => R): AsyncIterator<T> {
  return {
    next: () => run(async () => values.next()),
    return: async () => run(async () => values.return?.() ?? { done: true, value: undefined }),
  };
}
