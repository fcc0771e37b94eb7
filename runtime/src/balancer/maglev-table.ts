import type { Candidate } from "./balancer.ts";
import { placesById } from "./by-id.ts";
import { hashText } from "./hash.ts";
import { MinTree } from "./min-tree.ts";
import { weightsOf } from "./weight.ts";

/** A prime, so that every step through the table comes by every slot. */
export const tableSize = 65_537;
const offsetSeed = 1;
const skipSeed = 2;

/**
 * The table of Maglev: each endpoint has an order of the slots of its own, and in turns, as often as their weights say, each takes the first
 * of its order that is free. By slot: the place in the list.
 */
export function maglevTable(candidates: readonly Candidate[]): Uint32Array {
  const places = placesById(candidates);
  const weights = weightsOf(candidates);
  const ids = Array.from(places, (place) => candidates[place]!.endpoint.id);
  const slots = Uint32Array.from(ids, (id) => hashText(id, offsetSeed) % tableSize);
  const skips = Uint32Array.from(ids, (id) => (hashText(id, skipSeed) % (tableSize - 1)) + 1);
  const turns = new MinTree(places.length);
  for (const rank of places.keys()) turns.set(rank, 1 / weights[places[rank]!]!, rank);
  const table = new Uint32Array(tableSize);
  const taken = new Uint8Array(tableSize);
  for (let filled = 0; filled < tableSize; filled++) {
    const rank = turns.least;
    const place = places[rank]!;
    let slot = slots[rank]!;
    while (taken[slot] !== 0) slot = (slot + skips[rank]!) % tableSize;
    table[slot] = place;
    taken[slot] = 1;
    slots[rank] = slot;
    turns.set(rank, turns.first(rank) + 1 / weights[place]!, rank);
  }
  return table;
}
