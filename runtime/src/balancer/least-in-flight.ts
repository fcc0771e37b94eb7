import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { MinTree } from "./min-tree.ts";
import { PerList } from "./per-list.ts";
import { weightsOf } from "./weight.ts";

/** How often it looks again when who seemed to be the least busy turns out to be busier. */
const mostLooks = 4;

/** Who has the fewest calls in flight for its weight; of several, who was picked longest ago. */
export function leastInFlight(): Balancer {
  return { name: "least in flight", picker: () => new LeastInFlight() };
}

class LeastInFlight implements Picker {
  readonly #lists = new PerList((all) => new Ranking(all));
  #ranking = new Ranking([]);
  #picks = 0;

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
}

/** A list's candidates by what they have in flight per weight, as it was when they were last looked at. */
class Ranking {
  readonly #all: readonly Candidate[];
  readonly #weights: Float64Array;
  readonly #tree: MinTree;
  readonly #places: ReadonlyMap<Candidate, number>;
  #next = 0;

  constructor(all: readonly Candidate[]) {
    this.#all = all;
    this.#weights = weightsOf(all);
    this.#tree = new MinTree(all.length);
    this.#places = new Map(all.map((candidate, i) => [candidate, i]));
    for (const i of all.keys()) this.#readAt(i);
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
