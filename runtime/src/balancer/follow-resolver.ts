import { backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import type { EndpointChange, Resolver } from "../registry/resolver.ts";
import { sleep } from "../timer.ts";

/** Between attempts to watch a resolver that failed, in ms. */
const longestPause = 10_000;

/** Takes what a resolver reports, until the signal fires; one that fails is watched again. */
export async function followResolver(
  resolver: Resolver,
  apply: (change: EndpointChange) => void,
  { logger, random, signal }: { logger: Logger; random: () => number; signal: AbortSignal },
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      for await (const change of resolver.watch(signal)) {
        if (signal.aborted) return;
        failures = 0;
        apply(change);
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      logger.error(`the resolver of ${resolver.target} failed; watching it again`, { error });
      await sleep(backoff(++failures, longestPause, random), signal);
    }
  }
}
