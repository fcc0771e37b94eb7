import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { type HashKey, hashOf } from "./hash-key.ts";
import { maglevTable, tableSize } from "./maglev-table.ts";
import { PerList } from "./per-list.ts";

/**
 * Calls with the same key go to the same endpoint, found in a table of 65,537 slots, as Google's Maglev does it: shares are more even
 * than {@link consistentHash}'s and a pick is faster, but a few more keys than those of an endpoint that leaves move, and how busy an
 * endpoint is does not count. For up to some thousands of endpoints.
 * @param key - of a call, by its request
 */
export function maglev<I = unknown>(key: HashKey<I>): Balancer {
  return { name: "maglev", picker: (random) => new Maglev(key, random) };
}

class Maglev<I> implements Picker {
  readonly #key: HashKey<I>;
  readonly #random: () => number;
  readonly #tables = new PerList(maglevTable);

  constructor(key: HashKey<I>, random: () => number) {
    this.#key = key;
    this.#random = random;
  }

  pick(candidates: readonly Candidate[], call: CallInfo): number {
    const hash = hashOf(this.#key, call.request, call.method);
    if (hash === undefined) return Math.floor(this.#random() * candidates.length);
    const table = this.#tables.ofAll(call);
    if (candidates === call.all) return table[hash % tableSize]!;
    const among = new Map(candidates.map((candidate, i) => [candidate, i]));
    for (let step = 0; step < tableSize; step++) {
      const index = among.get(call.all[table[(hash + step) % tableSize]!]!);
      if (index !== undefined) return index;
    }
    // Beside one that weighs a hundred thousand times as much, they have no slot.
    return hash % candidates.length;
  }
}
