import type { Channel } from "../channel.ts";
import { HedgeChannel } from "./hedge.ts";
import { type HedgeOptions, resolveHedge } from "./hedge-options.ts";
import type { RetryRules } from "./retries.ts";
import { RetryChannel } from "./retry.ts";
import { RetryBudget } from "./retry-budget.ts";
import { resolveRetry, type RetryOptions } from "./retry-options.ts";
import { RetryPolicy } from "./retry-policy.ts";

/** What makes calls more than once. */
export interface RepeatOptions {
  /**
   * Calls that failed are made again where that can do no harm: those of `@idempotent` methods, and those that no handler can
   * have seen. `false` makes none again. @defaultValue three attempts
   */
  readonly retry?: RetryOptions | false;
  /** Calls of `@idempotent` methods that have no answer for a while are made once more, elsewhere. @defaultValue none */
  readonly hedge?: HedgeOptions;
}

/** Puts retries and hedges around a channel. */
export type Layering = (channel: Channel & { readonly target: string }) => Channel;

/**
 * Checks the options, before there is a channel to close again.
 * @param defaultTimeout - the channel's, in ms
 * @throws RangeError or TypeError for an option that cannot be meant
 */
export function layering({ retry, hedge }: RepeatOptions, defaultTimeout: number): Layering {
  const settings = resolveRetry(retry);
  const hedging = hedge === undefined ? undefined : resolveHedge(hedge);
  if (retry === false && hedging === undefined) return (channel) => channel;
  return (channel) => {
    const rules: RetryRules = {
      policy: new RetryPolicy(settings, Math.random),
      budget: new RetryBudget(settings.budgetPercent, settings.budgetPerSecond),
      target: channel.target,
      defaultTimeout,
    };
    // A hedge lies within an attempt, and its calls are counted for the budget by what lies around it.
    const hedged = hedging === undefined ? channel : new HedgeChannel(channel, hedging, rules);
    return new RetryChannel(hedged, rules);
  };
}
