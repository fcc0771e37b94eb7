import { type Attempt, boundAttempt, type CallOptions, newAttempt } from "../../call-options.ts";
import { now } from "../../clock.ts";
import { callRecord, RpcError } from "../../errors.ts";
import { isEndless } from "../../protocol/stream-call.ts";
import type { AnyMethod } from "../../schema/service.ts";
import { AttemptList } from "./attempt-list.ts";
import { Pause } from "./pause.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { FailModes } from "./fail-modes.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** What all calls of a channel share. */
export interface RetryRules {
  readonly policy: RetryPolicy;
  readonly budget: RetryBudget;
  readonly modes: FailModes;
  /** The channel's, for messages. */
  readonly target: string;
  /** In ms; Infinity for none. */
  readonly defaultTimeout: number;
}

/** One call that may be made again. */
export interface RepeatedCall {
  readonly method: AnyMethod;
  readonly options: CallOptions | undefined;
  /** On the monotonic clock, both. */
  readonly started: number;
  readonly deadline: number;
  /** Whether another attempt is possible at all after this failure. */
  readonly canRepeat: (error: RpcError) => boolean;
}

/** The further attempts of one call. */
export class Retries {
  readonly #rules: RetryRules;
  readonly #call: RepeatedCall;
  readonly #list: AttemptList;
  readonly #tried = new Set<string>();
  #failures = 0;
  #attempt: Attempt | undefined;
  #pause: Pause | undefined;

  constructor(rules: RetryRules, call: RepeatedCall) {
    this.#rules = rules;
    this.#call = call;
    this.#list = new AttemptList(call.started);
    this.#attempt = call.options?.attempt;
  }

  /**
   * Takes an attempt's failure; resolves with the options of the next one when that may begin.
   * @throws the call's error, where there is none
   */
  async next(failure: unknown): Promise<CallOptions> {
    if (!(failure instanceof RpcError)) throw failure;
    this.#note(failure);
    const ms = this.#pauseAfter(failure);
    if (ms === undefined) throw this.#list.conclude(failure);
    await this.#wait(ms);
    const { options, started, deadline } = this.#call;
    const before = this.#attempt;
    this.#attempt = before?.stays === true ? boundAttempt(started, before) : newAttempt(started, this.#tried);
    // A stream without one keeps none: a channel's default must not become its end, nor Infinity the wait for an endpoint.
    const end = deadline === Infinity ? options?.deadline : deadline;
    return { ...options, deadline: end, attempt: this.#attempt };
  }

  /** Nobody waits for the call any more. */
  cancel(): void {
    this.#pause?.end();
  }

  /** The channel closes: it waits for every call that ends by itself. */
  onClosing(): void {
    if (isEndless(this.#call)) this.#pause?.giveUp("the channel was closed");
  }

  #note(failure: RpcError): void {
    const address = this.#attempt?.address ?? callRecord(failure)?.address ?? this.#rules.target;
    this.#list.add(failure, address, now());
    this.#failures++;
    this.#tried.add(address);
    for (const attempt of failure.attempts ?? []) this.#tried.add(attempt.address);
  }

  /** In ms; undefined where the call has failed. */
  #pauseAfter(failure: RpcError): number | undefined {
    const { policy, budget } = this.#rules;
    if (this.#failures >= policy.attempts || !this.#call.canRepeat(failure)) return undefined;
    const ms = policy.pause(this.#failures, failure);
    if (now() + ms >= this.#call.deadline) return undefined;
    return budget.take() ? ms : undefined;
  }

  async #wait(ms: number): Promise<void> {
    const { method, options, deadline } = this.#call;
    const patient = { signal: options?.signal, timeout: options?.timeout, deadline };
    this.#pause = new Pause(ms, this.#rules, method, patient, this.#list.sent);
    try {
      await this.#pause.done;
    } catch (error) {
      throw this.#list.conclude(error as RpcError);
    } finally {
      this.#pause = undefined;
    }
  }
}
