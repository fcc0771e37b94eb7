import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { MinTree } from "./min-tree.ts";
import { PerList } from "./per-list.ts";
import { weightsOf } from "./weight.ts";

/** How often it looks again when who seemed to be the least busy turns out to be busier. */
const mostLooks = 4;

/**
 * Who has the fewest calls in flight for its weight; of several, who was picked longest ago. A new endpoint gets a place at random in
 * this order: if it came first, all callers would begin with it at once.
 */
export function leastInFlight(): Balancer {
  return { name: "least in flight", picker: (random) => new LeastInFlight(random) };
}

class LeastInFlight implements Picker {
  readonly #random: () => number;
  readonly #lists = new PerList(
    (all) => new Ranking(all, (candidate) => this.#turnOf(candidate, all.length)),
  );
  #ranking = new Ranking([], () => 0);
  #picks = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  pick(candidates: readonly Candidate[], call: CallInfo): number {
    const ranking = (this.#ranking = this.#lists.ofAll(call));
    const time = ++this.#picks;
    if (candidates !== call.all) return ranking.pickFrom(candidates, time);
    const index = ranking.least();
    ranking.picked(index, time);
    return index;
  }

  done(candidate: Candidate): void {
    this.#ranking.read(candidate);
  }

  /** When it was picked last; one that was not there before, as if that was in the last round. */
  #turnOf(candidate: Candidate, size: number): number {
    return this.#ranking.turnOf(candidate) ?? this.#picks - this.#random() * (size - 1);
  }
}

/** A list's candidates by what they have in flight per weight, as it was when they were last looked at. */
class Ranking {
  readonly #all: readonly Candidate[];
  readonly #weights: Float64Array;
  readonly #tree: MinTree;
  readonly #places: ReadonlyMap<Candidate, number>;
  #next = 0;

  /** @param turnOf - when it was picked last */
  constructor(all: readonly Candidate[], turnOf: (candidate: Candidate) => number) {
    this.#all = all;
    this.#weights = weightsOf(all);
    this.#tree = new MinTree(all.length);
    this.#places = new Map(all.map((candidate, i) => [candidate, i]));
    for (const [i, candidate] of all.entries())
      this.#tree.set(i, candidate.inFlight / this.#weights[i]!, turnOf(candidate));
  }

  turnOf(candidate: Candidate): number | undefined {
    const place = this.#places.get(candidate);
    return place === undefined ? undefined : this.#tree.second(place);
  }

  least(): number {
    // Streams go on and end without a word: one of the others is looked at with each pick.
    this.#readAt(this.#next);
    this.#next = (this.#next + 1) % this.#all.length;
    for (let looks = 0; looks < mostLooks; looks++) {
      const index = this.#tree.least;
      if (!this.#readAt(index)) return index;
    }
    return this.#tree.least;
  }

  /** @param time - a number that grows with each pick */
  picked(index: number, time: number): void {
    this.#tree.set(index, (this.#all[index]!.inFlight + 1) / this.#weights[index]!, time);
  }

  pickFrom(candidates: readonly Candidate[], time: number): number {
    const places = candidates.map((candidate) => this.#places.get(candidate)!);
    let best = 0;
    for (const i of places.keys()) if (this.#tree.isLess(places[i]!, places[best]!)) best = i;
    this.picked(places[best]!, time);
    return best;
  }

  read(candidate: Candidate): void {
    const index = this.#places.get(candidate);
    if (index !== undefined) this.#readAt(index);
  }

  /** Whether it is busier than when it was last looked at. */
  #readAt(index: number): boolean {
    const before = this.#tree.first(index);
    const busy = this.#all[index]!.inFlight / this.#weights[index]!;
    if (busy !== before) this.#tree.set(index, busy, this.#tree.second(index));
    return busy > before;
  }
}
