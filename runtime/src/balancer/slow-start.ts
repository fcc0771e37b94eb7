import { checkTime } from "../limits.ts";
import { checkNames } from "../option-names.ts";
import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { PerList } from "./per-list.ts";

/** How long `slowStart` lets endpoints warm up. */
export interface SlowStartOptions {
  /** How long an endpoint that became ready takes to its full share, in ms. @defaultValue 30 s */
  readonly window?: number;
}

/** The part of its share that an endpoint begins with. */
const leastShare = 0.1;
/** Picks that may be turned down for one call. */
const mostPicks = 5;

/**
 * Lets endpoints that became ready warm up: their share grows over a window from a tenth to all of what the balancer gives them, as long as
 * there are others that have been ready for longer. The balancer is asked again where its pick is not warm enough, so it is of no
 * use around one that picks by key.
 * @throws RangeError for a window that is not above 0
 */
export function slowStart(balancer: Balancer, options: SlowStartOptions = {}): Balancer {
  checkNames("slowStart()", { window: true }, options);
  const window = checkTime("window", options.window ?? 30_000);
  return {
    name: `slow start, ${balancer.name}`,
    allowsRuns: balancer.allowsRuns ?? false,
    picker(random, now) {
      const inner = balancer.picker(random, now);
      const pick = warming(inner, window, random, now);
      return inner.done === undefined ? { pick } : { pick, done: inner.done.bind(inner) };
    },
  };
}

/** When the first and the last of a list became ready. */
interface Listed {
  readonly oldest: number;
  readonly youngest: number;
}

function warming(inner: Picker, window: number, random: () => number, now: () => number): Picker["pick"] {
  const readySince = new WeakMap<Candidate, number>();
  let before = new Set<Candidate>();
  const lists = new PerList((all): Listed => {
    const time = now();
    for (const candidate of all) if (!before.has(candidate)) readySince.set(candidate, time);
    before = new Set(all);
    const since = Float64Array.from(all, (candidate) => readySince.get(candidate)!).sort();
    return { oldest: since[0]!, youngest: since.at(-1)! };
  });
  return (candidates: readonly Candidate[], call: CallInfo) => {
    const { oldest, youngest } = lists.ofAll(call);
    const index = inner.pick(candidates, call);
    const time = now();
    if (time - youngest >= window || oldest === youngest) return index;
    const partOf = (place: number): number =>
      shareAt(time - readySince.get(candidates[place]!)!, window) / shareAt(time - oldest, window);
    return warmOne(index, partOf, random, () => inner.pick(candidates, call));
  };
}

/** The first pick, or another where it is turned down. @param partOf - of the share that the warmest have */
function warmOne(
  first: number,
  partOf: (place: number) => number,
  random: () => number,
  pick: () => number,
): number {
  let index = first;
  for (let picks = 1; picks < mostPicks; picks++) {
    const part = partOf(index);
    if (part >= 1 || random() < part) return index;
    index = pick();
  }
  return index;
}

/** @param age - since it became ready, in ms */
function shareAt(age: number, window: number): number {
  return Math.min(1, Math.max(leastShare, age / window));
}
