import { checkTime } from "../../limits.ts";
import { checkNames } from "../../option-names.ts";
import { checkInteger } from "./retry-options.ts";

/** When a call that has no answer yet is made a second time. */
export interface HedgeOptions {
  /**
   * How long to wait for an answer before: in ms, or a quantile of the method's own times in the last half minute, as
   * `"p95"`. While there are too few of those to tell, nothing is hedged.
   */
  readonly after: number | `p${number}`;
  /** Attempts of one call that may run at once, the first included, from 2 to 8. @defaultValue 2 */
  readonly attempts?: number;
}

/** The same, checked. One of the two is set. */
export interface HedgeSettings {
  /** In ms. */
  readonly delay: number | undefined;
  /** Above 0, below 1. */
  readonly quantile: number | undefined;
  readonly attempts: number;
}

/** As `{ after: "p95" }`, which most channels have and none should have to parse. */
export const usualHedge: HedgeSettings = { delay: undefined, quantile: 0.95, attempts: 2 };

/** @throws RangeError or TypeError that names the option */
export function resolveHedge(options: HedgeOptions): HedgeSettings {
  checkNames("hedge", { after: true, attempts: true }, options);
  const { after, attempts = usualHedge.attempts } = options;
  const isTime = typeof after === "number";
  return {
    delay: isTime ? checkTime("hedge.after", after) : undefined,
    quantile: isTime ? undefined : quantileOf(after),
    attempts: checkInteger("hedge.attempts", attempts, 2, 8),
  };
}

function quantileOf(text: string): number {
  const quantile = /^p\d+(\.\d+)?$/.test(text) ? Number(text.slice(1)) / 100 : Number.NaN;
  if (quantile > 0 && quantile <= 0.999) return quantile;
  throw new RangeError(
    `hedge.after is ${JSON.stringify(text)}: it takes milliseconds above 0, or a quantile as "p95", up to "p99.9"`,
  );
}
