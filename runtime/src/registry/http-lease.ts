import { HttpError, type HttpRequest, send } from "./http-request.ts";
import { keepRenewing, type LeaseOptions } from "./renewal.ts";
import type { Lease } from "./resolver.ts";

/** What is asked of a registry. */
export interface LeaseRequests {
  /** Again and again. */
  readonly register: HttpRequest;
  /** Undefined where a registry knows no such thing: what is not renewed expires there. */
  readonly withdraw?: HttpRequest;
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
    const { logger, random } = this.#options;
    const registry = this.#requests.register.url.origin;
    const renewal = { registry, interval: this.#interval, logger, random };
    void keepRenewing(first, () => this.#register(), renewal, this.#stop.signal);
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
