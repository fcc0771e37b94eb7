import { now } from "../clock.ts";
import { detach } from "../propagation.ts";
import { startTimer, stopTimer, type Timer } from "../timer.ts";
import type { Outcome } from "./balancer.ts";
import { type BreakerRules, breakerRules, type CircuitBreakerOptions } from "./breaker-options.ts";
import { FailureRate } from "./failure-rate.ts";
import type { EndpointGuard, Guard, GuardedEndpoint } from "./guard.ts";

/**
 * A circuit breaker for each endpoint, which looks at its own calls alone. While an endpoint's circuit is closed, it takes calls;
 * when too many of them fail, it opens, and calls go to other endpoints. After a while it is half open: a few calls are let
 * through, and when all of them are answered it closes; when one fails, it is open again, for twice as long. Where they have not
 * ended after `openTime`, as many more are let through. What fails is what a balancer is told so: see `Outcome`.
 * @throws RangeError that names the option
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Guard {
  const rules = breakerRules(options);
  return { guard: (endpoint) => new CircuitBreaker(rules, endpoint) };
}

/** Spread by a fifth, so that clients do not come back together. */
const spread = 0.2;

class CircuitBreaker implements EndpointGuard {
  readonly #rules: BreakerRules;
  readonly #endpoint: GuardedEndpoint;
  readonly #rate: FailureRate | undefined;
  #state: "closed" | "open" | "half open" = "closed";
  /** Since when, on the monotonic clock: calls that began before say nothing any more. */
  #since = -Infinity;
  #failuresInARow = 0;
  /** How often it has opened since it was closed last. */
  #openings = 0;
  /** While it is half open: calls let through that run, and that were answered. */
  #running = 0;
  #answered = 0;
  #timer: Timer | undefined;

  constructor(rules: BreakerRules, endpoint: GuardedEndpoint) {
    this.#rules = rules;
    this.#endpoint = endpoint;
    if (rules.failurePercent !== undefined) this.#rate = new FailureRate(rules.window);
  }

  get mayTakeCalls(): boolean {
    if (this.#state === "half open") return this.#running + this.#answered < this.#rules.probes;
    return this.#state === "closed";
  }

  began(): void {
    if (this.#state !== "half open") return;
    const before = this.mayTakeCalls;
    this.#running++;
    if (before && !this.mayTakeCalls) this.#endpoint.changed();
  }

  ended(outcome: Outcome, started: number): void {
    if (this.#state === "open" || started < this.#since) return;
    if (this.#state === "half open") this.#onProbed(outcome);
    else if (outcome !== "cancelled") this.#onEnded(outcome === "failed");
  }

  stop(): void {
    stopTimer(this.#timer);
  }

  #onProbed(outcome: Outcome): void {
    this.#running = Math.max(0, this.#running - 1);
    if (outcome === "failed") return this.#open("a call failed that was to try it");
    if (outcome === "answered") this.#answered++;
    if (this.#answered >= this.#rules.probes) this.#close();
    // A call that was given up makes room for another.
    else if (outcome === "cancelled") this.#endpoint.changed();
  }

  #onEnded(failed: boolean): void {
    const { consecutiveFailures, failurePercent = Infinity, minCalls } = this.#rules;
    this.#failuresInARow = failed ? this.#failuresInARow + 1 : 0;
    this.#rate?.record(failed, now());
    if (!failed) return;
    if (this.#failuresInARow >= consecutiveFailures)
      return this.#open(`${this.#failuresInARow} of its calls failed in a row`);
    if (this.#rate === undefined || this.#rate.calls < minCalls) return;
    const { percent } = this.#rate;
    if (percent >= failurePercent) this.#open(`${Math.round(percent)} % of its calls failed`);
  }

  #open(reason: string): void {
    const { openTime, maxOpenTime } = this.#rules;
    const longest = Math.min(maxOpenTime, openTime * 2 ** this.#openings++);
    const ms = longest * (1 - spread * this.#endpoint.random());
    this.#state = "open";
    this.#after(ms, () => this.#halfOpen());
    this.#endpoint.changed(`its circuit is open for ${Math.round(ms)} ms: ${reason}`);
  }

  #halfOpen(): void {
    this.#state = "half open";
    this.#since = now();
    this.#answered = 0;
    this.#letThrough();
  }

  /** As many again each time that those before have not told anything: a stream may be quiet, and a call hang. */
  #letThrough(): void {
    this.#running = 0;
    this.#after(this.#rules.openTime, () => this.#letThrough());
    this.#endpoint.changed();
  }

  #close(): void {
    this.#state = "closed";
    this.#since = now();
    this.#openings = this.#failuresInARow = 0;
    this.#rate?.forget();
    stopTimer(this.#timer);
    this.#endpoint.changed();
  }

  /** In no call's context, and no reason for the process to stay alive. */
  #after(ms: number, run: () => void): void {
    stopTimer(this.#timer);
    this.#timer = detach(() => startTimer(ms, run)?.unref());
  }
}
