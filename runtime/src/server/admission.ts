import { now } from "../clock.ts";
import { RpcError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Route } from "../protocol/protocol.ts";
import type { ServerCall } from "../protocol/server-call.ts";
import { DrainTime } from "./drain-time.ts";
import { type LoopWatch, period } from "./loop-watch.ts";
import type { RateLimit } from "./rate-limit.ts";

/** Bounds of what callers are told to wait before they try again, in ms. */
const shortestWait = 10;
const longestWait = 5_000;

/** Between reports that calls are shed, in ms: there may be thousands a second. */
const reportInterval = 10_000;

/** Runs the handler of a call with what it is to read. */
type Run = Route["run"];

export interface AdmissionOptions {
  readonly maxConcurrency: number;
  readonly maxQueue: number;
  /** In ms. */
  readonly maxLag: number;
  readonly logger: Logger;
  /** Where the event loop's lag bounds the calls taken, too. */
  readonly pace?: { readonly rate: RateLimit; readonly watch: LoopWatch } | undefined;
  /** In [0, 1). */
  readonly random?: () => number;
}

/**
 * Decides what becomes of a call that has arrived: its handler runs now, or once a place is free, or never. A call that is
 * shed, or whose time is over before its turn, was not run, and its caller learns so.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #random: () => number;
  /** In order of arrival. */
  readonly #queue = new Set<QueuedCall>();
  readonly #drainTime = new DrainTime();
  /** Who frees a place is not who takes it: what runs next belongs to no call before it. */
  readonly #scope = new (process.getBuiltinModule("node:async_hooks").AsyncResource)("gorpc.Admission");
  #running = 0;
  #isStarting = false;
  #reportedAt = -Infinity;
  /** Calls shed since then. */
  #unreported = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Runs a call's handler, now or later; {@link release} must follow once it has settled. Or sheds the call. */
  admit(call: ServerCall, input: unknown, run: Run): void {
    const { maxConcurrency, maxQueue, pace } = this.#options;
    if (pace?.rate.take() === false) return this.#shed(call, this.#lags(pace));
    if (this.#running < maxConcurrency && this.#queue.size === 0) return this.#start(call, input, run);
    if (this.#queue.size < maxQueue)
      return void this.#queue.add(new QueuedCall(this.#queue, call, input, run));
    pace?.rate.giveBack();
    this.#shed(call, this.#isFull());
  }

  /** A call whose handler ran has settled: the first that waits takes its place. */
  release(): void {
    const { maxConcurrency } = this.#options;
    if (this.#running === maxConcurrency) this.#drainTime.end(now());
    this.#running--;
    // A synchronous handler that was started from here comes back here: the loop below goes on with the next.
    if (this.#queue.size > 0 && !this.#isStarting) this.#scope.runInAsyncScope(this.#startNext);
  }

  readonly #startNext = (): void => {
    this.#isStarting = true;
    try {
      for (const queued of this.#queue) {
        if (this.#running >= this.#options.maxConcurrency) return;
        queued.leave();
        this.#start(queued.call, queued.input, queued.run);
      }
    } finally {
      this.#isStarting = false;
    }
  };

  #start(call: ServerCall, input: unknown, run: Run): void {
    // Also without a queue a call may have waited, behind others that arrived with it.
    if (call.deadline !== Infinity && call.deadline <= now()) return call.expire();
    this.#running++;
    if (this.#running === this.#options.maxConcurrency) this.#drainTime.begin(now());
    run(call, input);
  }

  #shed(call: ServerCall, error: RpcError): void {
    call.refuse(error);
    this.#unreported++;
    const time = now();
    if (time - this.#reportedAt < reportInterval) return;
    this.#options.logger.warn(`calls are shed: ${error.rawMessage}`, { calls: this.#unreported });
    this.#reportedAt = time;
    this.#unreported = 0;
  }

  #isFull(): RpcError {
    const { maxConcurrency, maxQueue } = this.#options;
    const text = `the server is full: ${maxConcurrency} calls run and ${maxQueue} wait (options maxConcurrency, maxQueue)`;
    const wait = this.#drainTime.of(this.#queue.size + 1, now());
    // Those who were sent away together must not come back together.
    return exhausted(text, wait * (0.75 + this.#random() / 2));
  }

  #lags({ rate, watch }: NonNullable<AdmissionOptions["pace"]>): RpcError {
    const lag = Math.round(rate.lag);
    const text = `the server is overloaded: it takes ${rate.limit} calls in ${period} ms now, since its event loop lagged by more than ${this.#options.maxLag} ms (option maxLag); in the last ${period} ms by ${lag}`;
    return exhausted(text, watch.untilNext + period * this.#random());
  }
}

function exhausted(text: string, wait: number): RpcError {
  const retryAfter = Math.round(Math.min(Math.max(wait, shortestWait), longestWait));
  return new RpcError("RESOURCE_EXHAUSTED", text, { retryAfter });
}

/** A call that waits for its turn. Its end, whatever it is, takes it out at once. */
class QueuedCall {
  readonly call: ServerCall;
  readonly input: unknown;
  readonly run: Run;
  readonly #queue: Set<QueuedCall>;

  constructor(queue: Set<QueuedCall>, call: ServerCall, input: unknown, run: Run) {
    this.call = call;
    this.input = input;
    this.run = run;
    this.#queue = queue;
    call.watchDeadline();
    call.signal.addEventListener("abort", this);
  }

  handleEvent(): void {
    this.leave();
  }

  leave(): void {
    this.#queue.delete(this);
    this.call.signal.removeEventListener("abort", this);
  }
}
