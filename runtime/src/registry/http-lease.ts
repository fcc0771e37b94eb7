import type { Logger } from "../logger.ts";
import { backoff } from "../backoff.ts";
import { sleep } from "../timer.ts";
import { HttpError, type HttpRequest, send } from "./http-request.ts";
import type { Lease } from "./resolver.ts";

/** What is asked of a registry. */
export interface LeaseRequests {
  /** Again and again. */
  readonly register: HttpRequest;
  /** Undefined where a registry knows no such thing: what is not renewed expires there. */
  readonly withdraw?: HttpRequest;
}

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
  readonly #requests: LeaseRequests;
  readonly #interval: number;
  readonly #options: LeaseOptions;
  readonly #stop = new AbortController();
  #sending: Promise<void> = Promise.resolve();

  /** @param interval - between renewals, in ms, at most */
  constructor(requests: LeaseRequests, interval: number, options: LeaseOptions) {
    this.#requests = requests;
    this.#interval = interval;
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
    const { withdraw } = this.#requests;
    if (withdraw === undefined) return;
    try {
      await send(withdraw, { timeLimit: this.#options.requestTimeout });
    } catch (error) {
      if (error instanceof HttpError && error.status === 404) return;
      this.#options.logger.warn(`withdrawing from the registry failed; the registration expires by itself`, {
        error,
      });
    }
  }

  #register(): Promise<void> {
    const bounds = { timeLimit: this.#options.requestTimeout };
    return (this.#sending = send(this.#requests.register, bounds).then(() => {}));
  }

  async #renew(first: Promise<void>): Promise<void> {
    const { logger, random } = this.#options;
    const { signal } = this.#stop;
    const { origin } = this.#requests.register.url;
    let failures = 0;
    for (let attempt = first; !signal.aborted; attempt = this.#register()) {
      try {
        await attempt;
        if (failures > 0) logger.warn(`registered with ${origin} again`, { failures });
        failures = 0;
      } catch (error) {
        // Once per outage, not once per attempt.
        if (failures++ === 0)
          logger.warn(`registering with ${origin} failed; trying again until it succeeds`, {
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

/**
 * Registers with each registry; holds as soon as one has it.
 * @throws HttpError when one refuses for good and none has it
 */
export async function startLeases(leases: readonly HttpLease[]): Promise<Lease> {
  const attempts = leases.map((lease) => lease.start());
  try {
    await Promise.any(attempts);
  } catch (error) {
    const refused = (error as AggregateError).errors.find(
      (each) => each instanceof HttpError && each.final,
    ) as Error | undefined;
    if (refused !== undefined) {
      for (const lease of leases) lease.stop();
      throw refused;
    }
  }
  return {
    withdraw: async () => {
      await Promise.all(leases.map((lease) => lease.withdraw()));
    },
  };
}
