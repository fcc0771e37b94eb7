import { type Attempt, type CallOptions, newAttempt } from "../../call-options.ts";
import { now } from "../../clock.ts";
import { callRecord, RpcError } from "../../errors.ts";
import type { Unary } from "../../schema/service.ts";
import { startTimer, stopTimer, type Timer } from "../../timer.ts";
import { AttemptList } from "./attempt-list.ts";
import type { Channel } from "../channel.ts";
import { resolveDeadline } from "../deadline.ts";
import type { RetryRules } from "./retries.ts";
import { HeldTrailers } from "./trailers.ts";

/** What all calls of a channel share. */
export interface HedgeRules extends RetryRules {
  /** That one call may have, the first included. */
  readonly attempts: number;
}

/** An attempt that runs. */
interface Leg {
  readonly attempt: Attempt;
  readonly trailers: HeldTrailers;
}

/** One call in several attempts at once: the first answer that counts ends the others. */
export class HedgedCall<I, O> {
  readonly #channel: Channel;
  readonly #method: Unary<I, O>;
  readonly #request: I;
  readonly #options: CallOptions | undefined;
  readonly #rules: HedgeRules;
  readonly #started: number;
  readonly #deadline: number;
  readonly #list: AttemptList;
  readonly #tried: Set<string>;
  readonly #legs = new Set<Leg>();
  #begun = 0;
  /** Undefined: no further attempt follows for want of an answer. */
  #delay: number | undefined;
  #timer: Timer | undefined;
  #settled = false;
  #resolve!: (answer: O) => void;
  #reject!: (error: unknown) => void;

  constructor(
    channel: Channel,
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    rules: HedgeRules,
  ) {
    this.#channel = channel;
    this.#method = method;
    this.#request = request;
    this.#options = options;
    this.#rules = rules;
    this.#started = options?.attempt?.started ?? now();
    this.#deadline = resolveDeadline(method, options, rules.defaultTimeout);
    this.#list = new AttemptList(this.#started);
    this.#tried = new Set(options?.attempt?.avoid);
  }

  /** @param delay - how long to wait for an answer before each further attempt, in ms; undefined for ever */
  run(delay: number | undefined): Promise<O> {
    this.#delay = delay;
    return new Promise<O>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin();
    });
  }

  #begin(): void {
    this.#begun++;
    const leg: Leg = {
      attempt: newAttempt(this.#started, this.#avoided()),
      trailers: new HeldTrailers(this.#options, `${this.#method.path} at ${this.#rules.target}`),
    };
    this.#legs.add(leg);
    const options = leg.trailers.begin({
      ...this.#options,
      deadline: this.#deadline,
      attempt: leg.attempt,
    });
    this.#channel.unary(this.#method, this.#request, options).then(
      (answer) => this.#onAnswer(leg, answer),
      (error: unknown) => this.#onFailure(leg, error),
    );
    if (this.#delay !== undefined && this.#begun < this.#rules.attempts)
      this.#timer = startTimer(this.#delay, () => this.#beginFurther());
  }

  /** Where attempts have failed, and where others run. */
  #avoided(): ReadonlySet<string> {
    if (this.#tried.size === 0 && this.#legs.size === 0) return none;
    const avoided = new Set(this.#tried);
    for (const { attempt } of this.#legs) if (attempt.address !== undefined) avoided.add(attempt.address);
    return avoided;
  }

  /** False where the call may have no further attempt. */
  #beginFurther(): boolean {
    stopTimer(this.#timer);
    if (this.#begun >= this.#rules.attempts || !this.#rules.budget.take()) return false;
    this.#begin();
    return true;
  }

  #onAnswer(leg: Leg, answer: O): void {
    if (this.#settle(leg, () => this.#resolve(answer))) this.#endOthers();
  }

  #onFailure(leg: Leg, error: unknown): void {
    if (this.#settled) return;
    this.#legs.delete(leg);
    if (!(error instanceof RpcError)) return this.#fail(leg, error);
    const address = leg.attempt.address ?? callRecord(error)?.address ?? this.#rules.target;
    this.#list.add(error, address, now());
    this.#tried.add(address);
    if (!this.#rules.policy.isTransient(error)) return this.#fail(leg, error);
    if (error.retryAfter !== undefined) this.#stopHedging();
    else if (error.sent === "no" && this.#beginFurther()) return;
    if (this.#legs.size === 0) this.#fail(leg, error);
  }

  /** The servers ask for patience: what runs may finish. */
  #stopHedging(): void {
    stopTimer(this.#timer);
    this.#delay = undefined;
  }

  #fail(leg: Leg, error: unknown): void {
    // What runs elsewhere may have been run.
    if (this.#legs.size > 0) this.#list.saw("maybe");
    const final = error instanceof RpcError ? this.#list.conclude(error) : error;
    if (this.#settle(leg, () => this.#reject(final))) this.#endOthers();
  }

  /** False where the call was settled before. */
  #settle(leg: Leg, settle: () => void): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    stopTimer(this.#timer);
    this.#legs.delete(leg);
    try {
      leg.trailers.release();
      settle();
    } catch (error) {
      this.#reject(error);
    }
    return true;
  }

  #endOthers(): void {
    for (const { attempt } of this.#legs) {
      attempt.isOver = true;
      attempt.call?.giveUp("CANCELLED", "another attempt of the call was answered first");
    }
  }
}

const none: ReadonlySet<string> = new Set();
