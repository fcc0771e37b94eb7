import type { Channel } from "../channel.ts";
import { type FailModeOption, FailModes } from "./fail-modes.ts";
import { HedgeChannel } from "./hedge.ts";
import { type HedgeOptions, resolveHedge, usualHedge } from "./hedge-options.ts";
import type { RetryRules } from "./retries.ts";
import { RetryChannel } from "./retry.ts";
import { RetryBudget } from "./retry-budget.ts";
import { resolveRetry, type RetryOptions } from "./retry-options.ts";
import { RetryPolicy } from "./retry-policy.ts";

/** What makes calls more than once. */
export interface RepeatOptions {
  /**
   * What becomes of calls that fail, or are late; a function says it of each method. A call's own `failMode` goes before it.
   * @defaultValue `failBackup` where `hedge` is given, else `failOver`
   */
  readonly failMode?: FailModeOption;
  /**
   * Calls that failed are made again where that can do no harm: those of `@idempotent` methods, and those that no handler can
   * have seen. `false` makes none again, whatever their fail mode. @defaultValue three attempts
   */
  readonly retry?: RetryOptions | false;
  /**
   * Calls of `@idempotent` methods that have no answer for a while are made once more, elsewhere: all, unless `failMode` says
   * otherwise. @defaultValue none; `{ after: "p95" }` for calls whose fail mode is `failBackup`
   */
  readonly hedge?: HedgeOptions;
}

/** Puts retries and hedges around a channel. */
export type Layering = (channel: Channel & { readonly target: string }) => Channel;

/**
 * Checks the options, before there is a channel to close again.
 * @param defaultTimeout - the channel's, in ms
 * @throws RangeError or TypeError for an option that cannot be meant
 */
export function layering({ failMode, retry, hedge }: RepeatOptions, defaultTimeout: number): Layering {
  const settings = resolveRetry(retry);
  const hedging = hedge === undefined ? usualHedge : resolveHedge(hedge);
  const modes = new FailModes(failMode);
  return (channel) => {
    const rules: RetryRules = {
      policy: new RetryPolicy(settings, Math.random),
      budget: new RetryBudget(settings.budgetPercent, settings.budgetPerSecond),
      modes,
      target: channel.target,
      defaultTimeout,
    };
    // A hedge lies within an attempt, and its calls are counted for the budget by what lies around it.
    const hedged = new HedgeChannel(channel, hedging, rules);
    return new RetryChannel(channel, hedged, hedge === undefined ? "failOver" : "failBackup", rules);
  };
}
