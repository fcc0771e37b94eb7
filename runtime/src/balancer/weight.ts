import type { Candidate } from "./balancer.ts";

const least = 1e-6;
const most = 1e6;

/** Its share relative to others: 1 where none is given or where it is not above zero; from a millionth to a million. */
export function weightOf({ endpoint: { weight = 1 } }: Candidate): number {
  return weight > 0 ? Math.min(most, Math.max(least, weight)) : 1;
}

export function weightsOf(candidates: readonly Candidate[]): Float64Array {
  return Float64Array.from(candidates, weightOf);
}

export function totalOf(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}
