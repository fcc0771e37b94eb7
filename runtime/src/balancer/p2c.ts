import type { Balancer, Candidate } from "./balancer.ts";
import { PerList } from "./per-list.ts";
import { anotherThan, WeightedDraw } from "./weighted-draw.ts";

/** Above a load of 0.9 all are as busy: what a server says is up to two seconds old. */
const leastHeadroom = 0.1;

/**
 * The power of two choices: of two at random, who has fewer calls in flight for its weight. Where both servers say how busy they are, that
 * counts too, since it has other callers' calls in it.
 */
export function p2c(): Balancer {
  return {
    name: "power of two choices",
    picker(random) {
      const draws = new PerList((candidates) => new WeightedDraw(candidates));
      return {
        pick(candidates, call) {
          const draw = draws.of(candidates, call);
          const first = draw.draw(random);
          if (candidates.length === 1) return first;
          const second = anotherThan(first, candidates.length, random);
          // While nobody is busy the first stands, and weights are kept to exactly.
          return isBusier(candidates, draw.weights, first, second) ? second : first;
        },
      };
    },
  };
}

function isBusier(
  candidates: readonly Candidate[],
  weights: Float64Array,
  one: number,
  other: number,
): boolean {
  const busy = candidates[one]!.inFlight / weights[one]! + 1;
  const otherBusy = candidates[other]!.inFlight / weights[other]! + 1;
  const { load } = candidates[one]!;
  const { load: otherLoad } = candidates[other]!;
  if (load === undefined || otherLoad === undefined) return busy > otherBusy;
  return busy * headroom(otherLoad) > otherBusy * headroom(load);
}

function headroom(load: number): number {
  return Math.max(leastHeadroom, 1 - load);
}
