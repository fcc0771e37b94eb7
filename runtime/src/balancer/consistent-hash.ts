import { checkCount } from "../limits.ts";
import { checkNames } from "../option-names.ts";
import type { Balancer, CallInfo, Candidate, Picker } from "./balancer.ts";
import { type HashKey, hashOf } from "./hash-key.ts";
import { HashRing } from "./hash-ring.ts";
import { InFlightTotal } from "./in-flight-total.ts";
import { PerList } from "./per-list.ts";
import { totalOf, weightsOf } from "./weight.ts";

/** How `consistentHash` spreads keys. */
export interface ConsistentHashOptions {
  /**
   * How many times its share of the calls in flight an endpoint may have, above 1: what is more goes to the next on the ring.
   * `Infinity`: a key stays with its endpoint however busy that is. @defaultValue 1.25
   */
  readonly loadFactor?: number;
  /**
   * An endpoint's points on the ring per unit of its weight, up to 10,000: the more, the more even the shares, and the longer a change of the
   * endpoints takes. Weights above 10 count as 10. @defaultValue 100
   */
  readonly points?: number;
}

/**
 * Calls with the same key go to the same endpoint: for servers that keep something of it. When one of n endpoints leaves, its keys alone
 * move; a new one takes about 1 / n of each other's. An endpoint that is busier than the others passes calls on to the next.
 * @param key - of a call, by its request
 * @throws RangeError for options that cannot be meant
 */
export function consistentHash<I = unknown>(key: HashKey<I>, options: ConsistentHashOptions = {}): Balancer {
  checkNames("consistentHash()", { loadFactor: true, points: true }, options);
  const { loadFactor = 1.25, points = 100 } = options;
  if (!(loadFactor > 1)) throw new RangeError(`loadFactor is ${loadFactor}: it takes a number above 1`);
  checkCount("points", points, mostPoints);
  return {
    name: "consistent hash",
    picker: (random) => new ConsistentHash(key, loadFactor, points, random),
  };
}

const mostPoints = 10_000;

interface Listed {
  readonly ring: HashRing;
  readonly weights: Float64Array;
  readonly weight: number;
}

class ConsistentHash<I> implements Picker {
  readonly #key: HashKey<I>;
  readonly #loadFactor: number;
  readonly #random: () => number;
  readonly #lists: PerList<Listed>;
  readonly #inFlight = new InFlightTotal();

  constructor(key: HashKey<I>, loadFactor: number, points: number, random: () => number) {
    this.#key = key;
    this.#loadFactor = loadFactor;
    this.#random = random;
    this.#lists = new PerList((all) => {
      const weights = weightsOf(all);
      return { ring: new HashRing(all, points), weights, weight: totalOf(weights) };
    });
  }

  pick(candidates: readonly Candidate[], call: CallInfo): number {
    const hash = hashOf(this.#key, call.request, call.method);
    if (hash === undefined) return Math.floor(this.#random() * candidates.length);
    const listed = this.#lists.ofAll(call);
    if (candidates === call.all) return this.#find(hash, candidates, listed);
    const among = new Map(candidates.map((candidate, i) => [candidate, i]));
    return among.get(call.all[this.#find(hash, call.all, listed, among)]!)!;
  }

  /** The first from the key's point on that has room, else the first, among those that are asked for. */
  #find(
    hash: number,
    all: readonly Candidate[],
    { ring, weights, weight }: Listed,
    among?: ReadonlyMap<Candidate, number>,
  ): number {
    const share = (this.#loadFactor * (this.#inFlight.of(all) + 1)) / weight;
    const start = ring.find(hash);
    let first: number | undefined;
    for (let i = 0; i < ring.size; i++) {
      const owner = ring.owner(start + i);
      const candidate = all[owner]!;
      if (among?.has(candidate) === false) continue;
      if (candidate.inFlight < Math.ceil(share * weights[owner]!)) return owner;
      first ??= owner;
    }
    return first!;
  }
}
