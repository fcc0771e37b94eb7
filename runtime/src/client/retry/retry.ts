import { boundAttempt, type CallOptions, type FailMode } from "../../call-options.ts";
import { now } from "../../clock.ts";
import { callRecord, RpcError } from "../../errors.ts";
import { resumeInside } from "../../propagation.ts";
import type { AnyMethod, Streaming, Unary } from "../../schema/service.ts";
import type { Channel, DirectChannel, ResponseStream } from "../channel.ts";
import { Responses } from "../responses.ts";
import { RetriedAnswers, type StreamRepeater } from "./retried-stream.ts";
import { Retries, type RetryRules } from "./retries.ts";
import { HeldTrailers } from "./trailers.ts";

/** What a fail mode is made of. */
interface Way {
  /** What makes an attempt. */
  readonly channel: Channel;
  readonly direct: DirectChannel | undefined;
  /** Whether there may be another attempt. */
  readonly repeats: boolean;
  /** Whether all attempts go to one endpoint. */
  readonly stays: boolean;
}

/**
 * Makes calls again that failed, where that can do no harm and may help: by the call's fail mode, within the time that the
 * call has, and within the channel's budget.
 */
export class RetryChannel implements Channel {
  readonly #channel: Channel;
  readonly #rules: RetryRules;
  readonly #ways: Readonly<Record<FailMode, Way>>;
  readonly #usual: Way;
  readonly #streams: StreamRepeater;
  /** Calls between two attempts. */
  readonly #pausing = new Set<Retries>();
  #closing: Promise<void> | undefined;
  #onResumed: (() => void) | undefined;

  /**
   * @param hedged - the same channel, which makes late calls twice
   * @param usual - the mode of calls of which nothing is said
   */
  constructor(channel: Channel, hedged: Channel, usual: FailMode, rules: RetryRules) {
    this.#channel = channel;
    this.#rules = rules;
    const repeats = rules.policy.attempts > 1;
    const direct = isDirect(channel) ? channel : undefined;
    this.#ways = {
      failFast: { channel, direct, repeats: false, stays: true },
      failOver: { channel, direct, repeats, stays: false },
      failTry: { channel, direct, repeats, stays: true },
      failBackup: { channel: hedged, direct: undefined, repeats, stays: false },
    };
    this.#usual = this.#ways[usual];
    this.#streams = this.#repeater();
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError(method));
    this.#rules.budget.count();
    if (this.#rules.modes.isUsual(options)) return this.#call(this.#usual, method, request, options);
    return this.#callInMode(method, request, options);
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    return new Responses(method, () => {
      if (this.#usual.repeats && this.#rules.modes.isUsual(options))
        return new RetriedAnswers(this.#streams, method, requests, options);
      return this.#streamInMode(method, requests, options);
    });
  }

  /** Lets calls finish; those between two attempts have one more. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #callInMode<I, O>(method: Unary<I, O>, request: I, options: CallOptions | undefined): Promise<O> {
    const way = this.#wayOf(method, options);
    return this.#call(way, method, request, way.stays ? bound(options) : options);
  }

  async #streamInMode<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options: CallOptions | undefined,
  ): Promise<AsyncIterator<O, undefined>> {
    const way = this.#wayOf(method, options);
    const own = way.stays ? bound(options) : options;
    if (way.repeats) return new RetriedAnswers(this.#streams, method, requests, own);
    this.#streams.begin(method);
    return this.#channel.stream(method, requests, own)[Symbol.asyncIterator]() as AsyncIterator<O, undefined>;
  }

  #wayOf(method: AnyMethod, options: CallOptions | undefined): Way {
    const mode = this.#rules.modes.of(method, options);
    return mode === undefined ? this.#usual : this.#ways[mode];
  }

  #call<I, O>(way: Way, method: Unary<I, O>, request: I, options: CallOptions | undefined): Promise<O> {
    if (!way.repeats) return way.channel.unary(method, request, options);
    if (options?.onTrailers === undefined) return this.#unary(way, method, request, options);
    return this.#unaryWithTrailers(way, method, request, options);
  }

  /** What a call that succeeds costs here is a closure: whatever else is needed is found when it fails. */
  #unary<I, O>(
    way: Way,
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    trailers?: HeldTrailers,
  ): Promise<O> {
    const first = trailers === undefined ? options : trailers.begin(options ?? {});
    const { channel, direct } = way;
    if (direct === undefined) {
      const answer = channel.unary(method, request, first);
      return answer.catch((error) => this.#again(channel, method, request, options, trailers, error));
    }
    return new Promise<O>((resolve, reject) => {
      direct.start(method, request, first, resolve, (error) => {
        this.#again(channel, method, request, options, trailers, error).then(resolve, reject);
      });
    });
  }

  /** What comes of a call whose first attempt has failed. */
  async #again<I, O>(
    channel: Channel,
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    trailers: HeldTrailers | undefined,
    error: unknown,
  ): Promise<O> {
    const { policy } = this.#rules;
    if (!(error instanceof RpcError) || !policy.allows(method, error)) throw error;
    const record = callRecord(error);
    if (record === undefined) throw error;
    const { started, deadline, enclosing } = record;
    const canRepeat = (failure: RpcError): boolean =>
      this.#closing === undefined && policy.allows(method, failure);
    const retries = new Retries(this.#rules, { method, options, started, deadline, canRepeat });
    return resumeInside(enclosing, () =>
      this.#repeat(retries, error, (next) => channel.unary(method, request, trailers?.begin(next) ?? next)),
    );
  }

  async #unaryWithTrailers<I, O>(
    way: Way,
    method: Unary<I, O>,
    request: I,
    options: CallOptions,
  ): Promise<O> {
    const trailers = new HeldTrailers(options, `${method.path} at ${this.#rules.target}`);
    try {
      return await this.#unary(way, method, request, options, trailers);
    } finally {
      trailers.release();
    }
  }

  #repeater(): StreamRepeater {
    const isOpen = (): boolean => this.#closing === undefined;
    return {
      rules: this.#rules,
      get isOpen() {
        return isOpen();
      },
      begin: (method) => {
        if (!isOpen()) throw this.#closedError(method);
        this.#rules.budget.count();
      },
      open: (...call) => this.#channel.stream(...call),
      repeat: (...attempts) => this.#repeat(...attempts),
    };
  }

  /** Attempts until one succeeds, or the call has failed for good. */
  async #repeat<T>(
    retries: Retries,
    failure: unknown,
    attempt: (options: CallOptions) => Promise<T>,
  ): Promise<T> {
    for (let last = failure; ;) {
      const options = await this.#pause(retries, last);
      const running = attempt(options);
      this.#resume(retries);
      try {
        return await running;
      } catch (error) {
        last = error;
      }
    }
  }

  async #pause(retries: Retries, failure: unknown): Promise<CallOptions> {
    this.#pausing.add(retries);
    try {
      return await retries.next(failure);
    } catch (error) {
      this.#resume(retries);
      throw error;
    }
  }

  #resume(retries: Retries): void {
    this.#pausing.delete(retries);
    if (this.#pausing.size === 0) this.#onResumed?.();
  }

  async #close(): Promise<void> {
    for (const retries of this.#pausing) retries.onClosing();
    // The next attempt needs the channel below; new calls are refused here meanwhile.
    if (this.#pausing.size > 0) await new Promise<void>((resolve) => (this.#onResumed = resolve));
    await this.#channel.close();
  }

  #closedError(method: AnyMethod): RpcError {
    const prefix = `${method.path} at ${this.#rules.target}`;
    return new RpcError("UNAVAILABLE", "the channel is closed", { prefix, sent: "no" });
  }
}

function isDirect(channel: Channel): channel is DirectChannel {
  return "start" in channel;
}

/** The options of a call that has one endpoint. */
function bound(options: CallOptions | undefined): CallOptions {
  return { ...options, attempt: options?.attempt ?? boundAttempt(now()) };
}
