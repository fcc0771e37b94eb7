import type { CallOptions } from "../call-options.ts";
import { now } from "../clock.ts";
import type { RpcError } from "../errors.ts";
import type { AnyMethod, Streaming } from "../schema/service.ts";
import type { ResponseStream } from "./channel.ts";
import { resolveDeadline } from "./deadline.ts";
import { Replay } from "./replay.ts";
import { Retries, type RetryRules } from "./retries.ts";
import { HeldTrailers } from "./trailers.ts";

/** What a stream needs of the channel that makes it again. */
export interface StreamRepeater {
  readonly rules: RetryRules;
  /** A stream is made: counts it. @throws RpcError where the channel is closed */
  begin(method: AnyMethod): void;
  open<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options: CallOptions,
  ): ResponseStream<O>;
  repeat<T>(retries: Retries, failure: unknown, attempt: (options: CallOptions) => Promise<T>): Promise<T>;
}

/**
 * A stream that is made again when it fails before its first answer: with requests that it can have again, or while none
 * was taken and no server can have seen the call.
 */
export class RetriedStream<I, O> implements ResponseStream<O>, AsyncIterator<O, undefined> {
  readonly #repeater: StreamRepeater;
  readonly #method: Streaming<I, O>;
  readonly #replay: Replay<I>;
  readonly #options: CallOptions | undefined;
  readonly #trailers: HeldTrailers;
  #retries: Retries | undefined;
  /** The answers of the present attempt. */
  #answers: AsyncIterator<O> | undefined;
  #first: Promise<IteratorResult<O, undefined>> | undefined;
  /** The first answer is there: the stream is the attempt that gave it. */
  #settled = false;
  #ended = false;

  constructor(
    repeater: StreamRepeater,
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options: CallOptions | undefined,
  ) {
    this.#repeater = repeater;
    this.#method = method;
    this.#replay = new Replay(requests);
    this.#options = options;
    this.#trailers = new HeldTrailers(options, `${method.path} at ${repeater.rules.target}`);
  }

  only(): Promise<O> {
    return this.#run((options) => this.#open(options).only());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<O, undefined>> {
    if (this.#ended) return Promise.resolve(end);
    if (this.#settled) return this.#answers?.next() ?? Promise.resolve(end);
    if (this.#first === undefined) return (this.#first = this.#run((options) => this.#begin(options)));
    // Asked for the second answer before the first was there.
    return this.#first.then(
      () => this.next(),
      () => end,
    );
  }

  async return(): Promise<IteratorResult<O, undefined>> {
    this.#ended = true;
    this.#retries?.cancel();
    await this.#answers?.return?.();
    return end;
  }

  async #begin(options: CallOptions): Promise<IteratorResult<O, undefined>> {
    if (this.#ended) return end;
    this.#answers = this.#open(options)[Symbol.asyncIterator]();
    return this.#answers.next();
  }

  #open(options: CallOptions): ResponseStream<O> {
    return this.#repeater.open(this.#method, this.#replay.requests, this.#trailers.begin(options));
  }

  /** Makes attempts until one has an answer, or the stream has failed for good. */
  async #run<T>(attempt: (options: CallOptions) => Promise<T>): Promise<T> {
    const { rules } = this.#repeater;
    const [method, started] = [this.#method, now()];
    this.#repeater.begin(method);
    const options = { ...this.#options, attempt: { started, avoid: none, address: undefined } };
    const deadline = resolveDeadline(method, options, Infinity);
    const canRepeat = (error: RpcError): boolean => this.#canRepeat(error);
    this.#retries = new Retries(rules, { method, options, started, deadline, canRepeat });
    try {
      return await attempt(options);
    } catch (error) {
      return await this.#repeater.repeat(this.#retries, error, attempt);
    } finally {
      this.#settled = true;
      this.#trailers.release();
    }
  }

  #canRepeat(error: RpcError): boolean {
    if (this.#ended || !this.#replay.isWhole) return false;
    const { policy } = this.#repeater.rules;
    return this.#replay.isRepeatable
      ? policy.allows(this.#method, error)
      : error.sent === "no" && policy.isTransient(error);
  }
}

const none: ReadonlySet<string> = new Set();
const end: IteratorResult<never, undefined> = { done: true, value: undefined };
