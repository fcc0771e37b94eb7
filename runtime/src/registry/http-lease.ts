import type { Logger } from "../logger.ts";
import { backoff } from "../backoff.ts";
import { sleep } from "../timer.ts";
import { formatRegistered, type Registered } from "./endpoint.ts";
import { HttpError, send } from "./http-request.ts";
import { endpointPath } from "./protocol.ts";
import type { Lease } from "./resolver.ts";

/** How a registration is kept. */
export interface LeaseOptions {
  /** Time limit of each request, in ms. */
  readonly requestTimeout: number;
  readonly logger: Logger;
  readonly random: () => number;
}

/**
 * A registration with one registry. The registration is its own renewal: whatever the registry forgot, it knows again
 * with the next one.
 */
export class HttpLease implements Lease {
  readonly #url: URL;
  readonly #body: string;
  readonly #interval: number;
  readonly #options: LeaseOptions;
  readonly #stop = new AbortController();
  #sending: Promise<void> = Promise.resolve();

  /** @param base - the registry's address, without a slash at its end */
  constructor(base: string, name: string, registered: Registered, options: LeaseOptions) {
    this.#url = new URL(base + endpointPath(name, registered.endpoint.id));
    this.#body = formatRegistered(registered);
    this.#interval = registered.ttl / 3;
    this.#options = options;
  }

  /** Registers, and renews from then on whatever comes of it. @throws HttpError or Error of the first attempt */
  async start(): Promise<void> {
    const first = this.#register();
    void this.#renew(first);
    await first;
  }

  /** Stops renewing; the registry is not told. */
  stop(): void {
    this.#stop.abort();
  }

  async withdraw(): Promise<void> {
    this.stop();
    // A registration on its way could reach the registry after the withdrawal.
    await this.#sending.catch(() => {});
    try {
      await send({ method: "DELETE", url: this.#url }, { timeLimit: this.#options.requestTimeout });
    } catch (error) {
      if (error instanceof HttpError && error.status === 404) return;
      this.#options.logger.warn(`withdrawing from the registry failed; the registration expires by itself`, {
        error,
      });
    }
  }

  #register(): Promise<void> {
    const asked = { method: "PUT", url: this.#url, body: this.#body } as const;
    const bounds = { timeLimit: this.#options.requestTimeout };
    return (this.#sending = send(asked, bounds).then(() => {}));
  }

  async #renew(first: Promise<void>): Promise<void> {
    const { logger, random } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    for (let attempt = first; !signal.aborted; attempt = this.#register()) {
      try {
        await attempt;
        if (failures > 0) logger.warn(`registered with ${this.#url.origin} again`, { failures });
        failures = 0;
      } catch (error) {
        // Once per outage, not once per attempt.
        if (failures++ === 0)
          logger.warn(`registering with ${this.#url.origin} failed; trying again until it succeeds`, {
            error,
          });
      }
      const wait =
        failures === 0 ? this.#interval * (0.9 + 0.1 * random()) : backoff(failures, this.#interval, random);
      await sleep(wait, signal, false);
      if (signal.aborted) return;
    }
  }
}
