import { iterate, type Pulled } from "../protocol/stream-call.ts";
import type { ObservedCall, Outcome } from "./observed-call.ts";
import type { Watch } from "./watch.ts";

type Result = IteratorResult<unknown, undefined>;

/** What a side knows of the end of its streams. */
export interface StreamEnds {
  /** The last response came. */
  answered(): Outcome;
  failed(error: unknown): Outcome;
  /** The reader of the responses wanted no more. */
  left(): Outcome;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The responses of a call that begins when the first of them is asked for. Not a generator: one that is left never gets to its end. */
export class ObservedStream<State> implements AsyncIterableIterator<unknown, undefined> {
  readonly #watch: Watch<State>;
  readonly #begin: () => ObservedCall<State> | undefined;
  readonly #open: (call: ObservedCall<State> | undefined) => AsyncIterable<unknown>;
  readonly #ends: StreamEnds;
  #call: ObservedCall<State> | undefined;
  #responses: Pulled<unknown> | undefined;
  #opened = false;
  #left = false;

  constructor(
    watch: Watch<State>,
    begin: () => ObservedCall<State> | undefined,
    open: (call: ObservedCall<State> | undefined) => AsyncIterable<unknown>,
    ends: StreamEnds,
  ) {
    this.#watch = watch;
    this.#begin = begin;
    this.#open = open;
    this.#ends = ends;
  }

  async next(): Promise<Result> {
    if (this.#responses === undefined && (this.#opened || this.#left)) return done;
    try {
      const result = await this.#pull();
      this.#onResult(result);
      return result as Result;
    } catch (error) {
      this.#end(this.#ends.failed(error), error);
      throw error;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#left = true;
    const responses = this.#responses;
    try {
      if (responses !== undefined) await this.#inside(() => responses.return?.());
    } finally {
      this.#end(this.#ends.left());
    }
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #pull(): Result | IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    const responses = (this.#responses ??= this.#start());
    return this.#inside(() => responses.next());
  }

  #start(): Pulled<unknown> {
    this.#opened = true;
    const call = (this.#call = this.#begin());
    return this.#inside(() => iterate(this.#open(call)));
  }

  #inside<T>(step: () => T): T {
    return this.#call === undefined ? step() : this.#watch.enter(this.#call, step);
  }

  #onResult(result: IteratorResult<unknown>): void {
    const call = this.#call;
    if (call === undefined) return;
    if (result.done === true) return this.#end(this.#left ? this.#ends.left() : this.#ends.answered());
    this.#watch.message(call, "response", result.value);
    // Whoever reads a single answer does not ask for the end behind it.
    if (call.method.kind === "client-stream") this.#end(this.#ends.answered());
  }

  #end(outcome: Outcome, error?: unknown): void {
    if (this.#call !== undefined) this.#watch.end(this.#call, outcome, error);
  }
}

/** The requests of a call, counted as they are taken. What is no iterable is left to whoever refuses it. */
export function observedRequests<State>(
  watch: Watch<State>,
  call: ObservedCall<State>,
  requests: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => {
      const values = watch.enter(call, () => iterate(requests));
      return {
        next: async () => {
          const result = await watch.enter(call, () => values.next());
          if (result.done !== true) watch.message(call, "request", result.value);
          return result;
        },
        return: async () => (await watch.enter(call, () => values.return?.())) ?? done,
      };
    },
  };
}
