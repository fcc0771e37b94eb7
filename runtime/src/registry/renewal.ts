import { backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import { sleep } from "../timer.ts";

/** How a registration is kept. */
export interface LeaseOptions {
  /** Time limit of each request, in ms. */
  readonly requestTimeout: number;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface RenewalOptions extends Pick<LeaseOptions, "logger" | "random"> {
  /** Whom the registration is with, for messages. */
  readonly registry: string;
  /** Between renewals, in ms, at most. */
  readonly interval: number;
}

/**
 * Renews a registration until the signal aborts, whatever comes of it.
 * @param first - the registration itself
 */
export async function keepRenewing(
  first: Promise<void>,
  register: () => Promise<void>,
  { registry, interval, logger, random }: RenewalOptions,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  for (let attempt = first; !signal.aborted; attempt = register()) {
    try {
      await attempt;
      if (failures > 0) logger.warn(`registered with ${registry} again`, { failures });
      failures = 0;
    } catch (error) {
      // One that is being withdrawn need not succeed.
      if (signal.aborted) return;
      // Once per outage, not once per attempt.
      if (failures++ === 0)
        logger.warn(`registering with ${registry} failed; trying again until it succeeds`, { error });
    }
    const wait = failures === 0 ? interval * (0.9 + 0.1 * random()) : backoff(failures, interval, random);
    await sleep(wait, signal, false);
    if (signal.aborted) return;
  }
}
