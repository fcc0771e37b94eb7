import type { CallOptions } from "../call-options.ts";
import type { Channel } from "../client/channel.ts";
import { waitUntil } from "../client/deadline.ts";
import { now } from "../clock.ts";
import { checkCount, checkTime } from "../limits.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { detach } from "../propagation.ts";
import { sleep } from "../timer.ts";
import type { EndpointGuard, Guard, GuardedEndpoint } from "./guard.ts";
import { reasonOf } from "./member.ts";

/**
 * Asks a server whether it takes calls; rejects, with the reason, where it does not.
 * @param channel - straight to it, without interceptors and retries
 * @param options - timeout and signal, for the calls that the check makes
 */
export type HealthCheck = (channel: Channel, options: CallOptions) => Promise<unknown>;

/** How often endpoints are asked, and how many answers count. Times are in ms. */
export interface HealthCheckOptions {
  /** Between two checks of an endpoint, spread by a fifth; the first comes at any time within it. @defaultValue 10 s */
  readonly interval?: number;
  /** How long a check may take; then it has failed. @defaultValue 2 s */
  readonly timeout?: number;
  /** Checks in a row that fail before the endpoint is left out. @defaultValue 3 */
  readonly unhealthyThreshold?: number;
  /** Checks in a row that succeed before it takes calls again. @defaultValue 2 */
  readonly healthyThreshold?: number;
}

const names: OptionNames<HealthCheckOptions> = {
  interval: true,
  timeout: true,
  unhealthyThreshold: true,
  healthyThreshold: true,
};

/**
 * Asks each endpoint that is connected, time and again, whether it takes calls, and leaves out those that say no, or nothing.
 * Until it has been asked an endpoint counts as healthy, also again after its connection was lost for longer than an interval.
 * @param check - `serving()` of `@gorpc/runtime/health`, or one of your own
 * @throws RangeError that names the option
 */
export function healthChecks(check: HealthCheck, options: HealthCheckOptions = {}): Guard {
  checkNames("healthChecks()", names, options);
  const rules: Required<HealthCheckOptions> = {
    interval: checkTime("interval", options.interval ?? 10_000),
    timeout: checkTime("timeout", options.timeout ?? 2_000),
    unhealthyThreshold: checkCount("unhealthyThreshold", options.unhealthyThreshold ?? 3),
    healthyThreshold: checkCount("healthyThreshold", options.healthyThreshold ?? 2),
  };
  return { guard: (endpoint) => new HealthWatch(check, rules, endpoint) };
}

const spread = 0.2;

class HealthWatch implements EndpointGuard {
  readonly #check: HealthCheck;
  readonly #rules: Required<HealthCheckOptions>;
  readonly #endpoint: GuardedEndpoint;
  readonly #stop = new AbortController();
  #healthy = true;
  /** Checks in a row that said otherwise. */
  #against = 0;

  constructor(check: HealthCheck, rules: Required<HealthCheckOptions>, endpoint: GuardedEndpoint) {
    this.#check = check;
    this.#rules = rules;
    this.#endpoint = endpoint;
    // It belongs to no call, whoever connected.
    void detach(() => this.#run(this.#stop.signal));
  }

  get mayTakeCalls(): boolean {
    return this.#healthy;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { interval } = this.#rules;
    const { random } = this.#endpoint;
    await sleep(interval * random(), signal, false);
    while (!signal.aborted) {
      if (this.#endpoint.connected) await this.#ask(signal);
      else this.#forget();
      await sleep(interval * (1 + spread * (2 * random() - 1)), signal, false);
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { timeout } = this.#rules;
    const late = (): Error => new Error(`no answer within ${timeout} ms (option timeout)`);
    try {
      const asked = this.#check(this.#endpoint.channel, { timeout, signal });
      await waitUntil(asked, now() + timeout, [signal], late);
      this.#onHealthy();
    } catch (error) {
      if (!signal.aborted) this.#onUnhealthy(reasonOf(error));
    }
  }

  #onHealthy(): void {
    if (this.#healthy) this.#against = 0;
    else if (++this.#against >= this.#rules.healthyThreshold) this.#become(true);
  }

  #onUnhealthy(reason: string): void {
    if (!this.#healthy) this.#against = 0;
    else if (++this.#against >= this.#rules.unhealthyThreshold)
      this.#become(false, `its health checks fail: ${reason}`);
  }

  /** What a connection said that is gone does not count for the next. */
  #forget(): void {
    this.#against = 0;
    if (!this.#healthy) this.#become(true);
  }

  #become(healthy: boolean, reason?: string): void {
    this.#healthy = healthy;
    this.#against = 0;
    this.#endpoint.changed(reason);
  }
}
