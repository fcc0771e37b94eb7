import { type CallOptions, newAttempt } from "../../call-options.ts";
import { now } from "../../clock.ts";
import type { RpcError } from "../../errors.ts";
import type { AnyMethod, Streaming } from "../../schema/service.ts";
import type { ResponseStream } from "../channel.ts";
import { resolveDeadline } from "../deadline.ts";
import { Replay } from "./replay.ts";
import { Retries, type RetryRules } from "./retries.ts";
import { HeldTrailers } from "./trailers.ts";

/** What a stream needs of the channel that makes it again. */
export interface StreamRepeater {
  readonly rules: RetryRules;
  /** Whether there may be further attempts. */
  readonly isOpen: boolean;
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
 * The answers of a stream that is made again when it fails before the first: with requests that it can have again, or while
 * none was taken and no server can have seen the call.
 */
export class RetriedAnswers<I, O> implements AsyncIterator<O, undefined> {
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

  next(): Promise<IteratorResult<O, undefined>> {
    if (this.#ended) return Promise.resolve(end);
    if (this.#settled) return this.#answers?.next() ?? Promise.resolve(end);
    if (this.#first === undefined) return (this.#first = this.#findFirst());
    // Asked for the second answer before the first was there.
    return this.#first.then(
      () => this.next(),
      () => end,
    );
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#ended = true;
    this.#retries?.cancel();
    await this.#answers?.return?.();
    return end;
  }

  /** Makes attempts until one has an answer, or the stream has failed for good. */
  async #findFirst(): Promise<IteratorResult<O, undefined>> {
    this.#repeater.begin(this.#method);
    const started = now();
    const options = { ...this.#options, attempt: this.#options?.attempt ?? newAttempt(started, none) };
    try {
      return await this.#attempt(options).catch((error: unknown) =>
        this.#repeater.repeat(this.#prepare(options, started), error, (next) => this.#attempt(next)),
      );
    } finally {
      this.#settled = true;
      this.#release();
    }
  }

  async #attempt(options: CallOptions): Promise<IteratorResult<O, undefined>> {
    if (this.#ended) return end;
    const stream = this.#repeater.open(this.#method, this.#replay.requests, this.#trailers.begin(options));
    this.#answers = stream[Symbol.asyncIterator]();
    return this.#answers.next();
  }

  #prepare(options: CallOptions, started: number): Retries {
    const method = this.#method;
    const own = options.deadline ?? started + (options.timeout ?? method.timeout ?? Infinity);
    const deadline = resolveDeadline(method, { ...options, deadline: own }, Infinity);
    const canRepeat = (error: RpcError): boolean => this.#canRepeat(error);
    this.#retries = new Retries(this.#repeater.rules, { method, options, started, deadline, canRepeat });
    return this.#retries;
  }

  #canRepeat(error: RpcError): boolean {
    if (this.#ended || !this.#repeater.isOpen || !this.#replay.isWhole) return false;
    const { policy } = this.#repeater.rules;
    return this.#replay.isRepeatable
      ? policy.allows(this.#method, error)
      : error.sent === "no" && policy.isTransient(error);
  }

  #release(): void {
    try {
      this.#trailers.release();
    } catch (error) {
      void this.return();
      throw error;
    }
  }
}

const none: ReadonlySet<string> = new Set();
const end: IteratorReturnResult<undefined> = { done: true, value: undefined };
