import { backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import { sleep, startTimer, stopTimer, type Timer } from "../timer.ts";
import type { EndpointChange } from "./resolver.ts";

/** Between attempts, in ms. */
const longestPause = 5_000;

/** What one connection to a registry has to say, until it breaks off: it never ends without an error. */
export type Changes = AsyncGenerator<readonly EndpointChange[], never>;

export interface FollowOptions {
  /** What is watched, for messages. */
  readonly target: string;
  readonly logger: Logger;
  readonly random: () => number;
  /** Told why there are no news, and `undefined` as soon as there are. */
  readonly report: (error: Error | undefined) => void;
}

/**
 * Follows the first registry that answers, and the next one whenever that breaks off, until the signal aborts.
 * @param bases - addresses of the registries, at least one
 * @param follow - one connection's worth of changes, a snapshot first
 */
export async function* followAnyOf(
  bases: readonly string[],
  follow: (base: string) => Changes,
  { target, logger, random, report }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<EndpointChange, void> {
  let failures = 0;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const base = bases[attempt % bases.length]!;
    try {
      let lines = 0;
      for await (const changes of follow(base)) {
        report(undefined);
        // A registry that breaks off after each snapshot is no better than one that is away.
        if (lines++ > 0) failures = 0;
        yield* changes;
      }
    } catch (error) {
      if (signal.aborted) return;
      report(error as Error);
      // Once per outage, not once per attempt.
      if (failures++ === 0)
        logger.warn(`the watch of ${target} broke off; trying again`, { registry: base, error });
      await sleep(backoff(failures, longestPause, random), signal);
    }
  }
}

/** What the promise resolves to; undefined when the time is over, or the signal fires, first. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  let timer: Timer | undefined;
  let end = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    timer = startTimer(ms, end);
    signal?.addEventListener("abort", end);
    if (signal?.aborted === true) end();
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    stopTimer(timer);
    signal?.removeEventListener("abort", end);
  }
}
