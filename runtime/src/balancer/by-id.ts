import type { Candidate } from "./balancer.ts";

/**
 * The candidates' places in their list, in the order of their ids: so all clients that know the same endpoints come to the same
 * result, whatever order they know them in.
 */
export function placesById(candidates: readonly Candidate[]): Uint32Array {
  const places = Uint32Array.from(candidates.keys());
  const idAt = (place: number): string => candidates[place]!.endpoint.id;
  return places.sort((one, other) => (idAt(one) < idAt(other) ? -1 : 1));
}
