import { ignoreAbort, listenForAbort } from "../abort-listeners.ts";
import type { CallOptions } from "../call-options.ts";
import { now } from "../clock.ts";
import { deadlines, Expiring } from "../deadline-queue.ts";
import { recordCall, RpcError, type RpcErrorOptions, type Sent, type StatusCode } from "../errors.ts";
import { checkTime } from "../limits.ts";
import { Metadata } from "../metadata.ts";
import { enclosingCall, type EnclosingCall } from "../propagation.ts";
import type { AnyMethod } from "../schema/service.ts";

/** Who has a call in hand: a queue, or the connection that it went out on. */
export interface CallHolder {
  /** For messages: what it is connected to, or dials. */
  readonly target: string;
  /**
   * Gives the call up, since its caller did. Tells whether the server can have seen it.
   * @param why - what its caller gets: the server's handler gets the same
   */
  abandon(call: PendingCall, why: StatusCode): Sent;
  /** What the call is waiting for there, for the message of an expired deadline. */
  waitingFor(call: PendingCall): string;
}

/**
 * A call between its caller and its end: the answer, or what went wrong. It moves: from a queue to a connection, and to
 * another one where the first gives it back unsent.
 */
export class PendingCall extends Expiring {
  readonly method: AnyMethod;
  readonly request: unknown;
  readonly metadata: Metadata | undefined;
  readonly deadline: number;
  /** When the caller made it. */
  readonly started: number;
  /** On the connection that has it. */
  id = 0;
  /** The connection's count of writes when its first frame was written, unsent until the next; Infinity before that. */
  epoch = Infinity;
  holder: CallHolder;

  readonly #options: CallOptions | undefined;
  /** In ms, from when the caller made it. */
  readonly #budget: number;
  /** The call whose handler made this one. */
  protected readonly enclosing: EnclosingCall | undefined;
  readonly #resolve: (value: never, time?: number) => void;
  readonly #reject: (error: RpcError) => void;
  #settled = false;

  constructor(
    holder: CallHolder,
    method: AnyMethod,
    request: unknown,
    options: CallOptions | undefined,
    defaultTimeout: number,
    resolve: (value: never, time?: number) => void,
    reject: (error: RpcError) => void,
    time: number = now(),
  ) {
    super();
    this.holder = holder;
    this.method = method;
    this.request = request;
    this.metadata = options?.metadata === undefined ? undefined : Metadata.from(options.metadata);
    this.started = time;
    this.#options = options;
    this.enclosing = enclosingCall();
    this.#budget = budgetOf(method, options, defaultTimeout);
    this.deadline = deadlineOf(this.started + this.#budget, options, this.enclosing);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** What was called and where, as messages begin. */
  get prefix(): string {
    return `${this.method.path} at ${this.holder.target}`;
  }

  /** Starts watching the deadline and the signals. False where the call has failed at once. */
  begin(): boolean {
    const signal = this.#options?.signal;
    const attempt = this.#options?.attempt;
    if (attempt !== undefined) attempt.call = this;
    if (attempt?.isOver === true) {
      this.failWith("CANCELLED", "another attempt of the call was answered first", { sent: "no" });
      return false;
    }
    if (signal?.aborted === true || this.enclosing?.signal.aborted === true) {
      this.handleEvent();
      return false;
    }
    if (this.deadline <= this.started) {
      this.failWith("DEADLINE_EXCEEDED", `${this.#spent()} before the call was made`, { sent: "no" });
      return false;
    }
    // First, since it throws where the signal is none.
    if (signal !== undefined) listenForAbort(signal, this);
    if (this.enclosing !== undefined) listenForAbort(this.enclosing.signal, this);
    deadlines.add(this);
    return true;
  }

  /** @param time - when the answer came, where that is known */
  succeed(value: unknown, trailers: Metadata | undefined, time?: number): void {
    if (!this.#settle()) return;
    try {
      if (trailers !== undefined) this.#options?.onTrailers?.(trailers);
      this.#resolve(value as never, time);
    } catch (cause) {
      const { prefix } = this;
      this.#reject(new RpcError("INTERNAL", "the caller's onTrailers threw", { prefix, sent: "yes", cause }));
    }
  }

  fail(error: RpcError): void {
    if (!this.#settle()) return;
    const { deadline, enclosing } = this;
    recordCall(error, { address: this.holder.target, started: this.#began, deadline, enclosing });
    try {
      if (error.metadata !== undefined) this.#options?.onTrailers?.(error.metadata);
    } finally {
      this.#reject(error);
    }
  }

  /** Fails the call with an error that says what was called and where. */
  failWith(code: StatusCode, message: string, options: RpcErrorOptions): void {
    this.fail(new RpcError(code, message, { ...options, prefix: this.prefix }));
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.#settled) return;
    this.giveUp("DEADLINE_EXCEEDED", `${this.#spent()} while ${this.holder.waitingFor(this)}`);
  }

  /** A signal has fired. */
  handleEvent(): void {
    if (this.#settled) return;
    const own = this.#options?.signal;
    const inherited = own?.aborted !== true;
    const cause: unknown = inherited ? this.enclosing?.signal.reason : own.reason;
    // What ends an enclosing call at its deadline is a deadline here too.
    const code = inherited && cause instanceof RpcError ? cause.code : "CANCELLED";
    this.giveUp(code, inherited ? "the enclosing call ended" : "cancelled by its signal", cause);
  }

  /** Ends the call from this side, for a reason that the server learns too. */
  giveUp(code: StatusCode, message: string, cause?: unknown): void {
    if (this.#settled) return;
    const { prefix } = this;
    const sent = this.holder.abandon(this, code);
    this.fail(new RpcError(code, message, { prefix, sent, cause }));
  }

  /** Ends the call without an outcome: its caller waits for none any more. */
  dismiss(): void {
    if (this.#settle()) this.holder.abandon(this, "CANCELLED");
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    deadlines.remove(this);
    if (this.#options?.signal !== undefined) ignoreAbort(this.#options.signal, this);
    if (this.enclosing !== undefined) ignoreAbort(this.enclosing.signal, this);
    return true;
  }

  /** When its caller made it, for the first layer that took of the call's own budget. */
  get #began(): number {
    return this.#isInherited || this.deadline === Infinity ? this.started : this.deadline - this.#budget;
  }

  get #isInherited(): boolean {
    return this.deadline === this.enclosing?.deadline;
  }

  /** Which bound ran out, and after how long. */
  #spent(): string {
    const after = `after ${Math.round(now() - this.#began)} ms`;
    return this.#isInherited
      ? `the deadline inherited from the enclosing call ran out ${after}`
      : `${budgetName(this.method, this.#options)} of ${this.#budget} ms ran out ${after}`;
  }
}

/** In ms. */
function budgetOf(method: AnyMethod, options: CallOptions | undefined, defaultTimeout: number): number {
  if (options?.timeout !== undefined) return checkTime("timeout", options.timeout);
  return method.timeout ?? defaultTimeout;
}

/** For messages: what set a call's budget. */
function budgetName(method: AnyMethod, options: CallOptions | undefined): string {
  if (options?.timeout !== undefined) return "the call's timeout";
  return method.timeout === undefined ? "the channel's default timeout" : "the method's @timeout";
}

function deadlineOf(
  byBudget: number,
  options: CallOptions | undefined,
  enclosing: EnclosingCall | undefined,
): number {
  const own = options?.deadline ?? byBudget;
  return enclosing === undefined ? own : Math.min(own, enclosing.deadline);
}

/**
 * The end of a call's budget on the monotonic clock, for a layer that spends time before it passes a call on: the least of
 * the caller's, the method's or the default time, and the enclosing call's deadline.
 * @throws RangeError for a timeout of zero, below, or NaN
 */
export function resolveDeadline(
  method: AnyMethod,
  options: CallOptions | undefined,
  defaultTimeout: number,
): number {
  return deadlineOf(now() + budgetOf(method, options, defaultTimeout), options, enclosingCall());
}
