import type { Candidate } from "./balancer.ts";
import { placesById } from "./by-id.ts";
import { hashText, mix } from "./hash.ts";
import { weightOf } from "./weight.ts";

/** One weight cannot fill the memory: no endpoint has more points than ten of weight 1. */
const mostWeight = 10;
/** 2^32 over the golden ratio: its multiples are far apart. */
const step = 0x9e37_79b9;

/**
 * The endpoints' points on a ring of 32 bits. A key belongs to whose point comes next. The ring is cut into as many equal parts as there are
 * points, about, so that a key's part holds about one.
 */
export class HashRing {
  readonly #points: Uint32Array;
  /** By point: the owner's place in the list. */
  readonly #owners: Uint32Array;
  /** By part: where its points begin. */
  readonly #starts: Uint32Array;
  readonly #shift: number;

  /** @param points - of an endpoint of weight 1 */
  constructor(candidates: readonly Candidate[], points: number) {
    const places = placesById(candidates);
    const counts = Uint32Array.from(places, (place) => pointsOf(candidates[place]!, points));
    const size = counts.reduce((sum, count) => sum + count, 0);
    this.#points = new Uint32Array(size);
    this.#owners = new Uint32Array(size);
    const bits = Math.min(31, Math.max(1, Math.ceil(Math.log2(size))));
    this.#shift = 32 - bits;
    this.#starts = new Uint32Array(2 ** bits + 1);
    const bases = Uint32Array.from(places, (place) => hashText(candidates[place]!.endpoint.id));
    this.#fill(places, counts, bases);
  }

  get size(): number {
    return this.#points.length;
  }

  /** Where the point of a key's owner is. */
  find(hash: number): number {
    let at = this.#starts[hash >>> this.#shift]!;
    while (at < this.size && this.#points[at]! < hash) at++;
    return at;
  }

  /** The owner of a point, in the list. @param at - beyond the last point the ring begins again */
  owner(at: number): number {
    return this.#owners[at < this.size ? at : at % this.size]!;
  }

  /** Sorts by part, and then within each. */
  #fill(places: Uint32Array, counts: Uint32Array, bases: Uint32Array): void {
    const starts = this.#starts;
    forEachPoint(counts, bases, (point) => starts[(point >>> this.#shift) + 1]!++);
    for (let part = 1; part < starts.length; part++) starts[part]! += starts[part - 1]!;
    const ends = starts.slice();
    forEachPoint(counts, bases, (point, rank) => {
      const part = point >>> this.#shift;
      this.#insert(point, places[rank]!, starts[part]!, ends[part]!++);
    });
  }

  /** Behind those of the part that are less or the same: equal points stay in the order of the ids. */
  #insert(point: number, owner: number, start: number, end: number): void {
    let at = end;
    for (; at > start && this.#points[at - 1]! > point; at--) {
      this.#points[at] = this.#points[at - 1]!;
      this.#owners[at] = this.#owners[at - 1]!;
    }
    this.#points[at] = point;
    this.#owners[at] = owner;
  }
}

function forEachPoint(
  counts: Uint32Array,
  bases: Uint32Array,
  use: (point: number, rank: number) => void,
): void {
  for (const [rank, count] of counts.entries())
    for (let i = 0; i < count; i++) use(mix(bases[rank]! + Math.imul(i, step)), rank);
}

function pointsOf(candidate: Candidate, points: number): number {
  return Math.max(1, Math.round(points * Math.min(mostWeight, weightOf(candidate))));
}
