import { now } from "../../clock.ts";

/** Buckets per doubling: what comes out is at most a twelfth too large. */
const perDoubling = 8;
/** In ms: the bounds of what is told apart, 0.01 ms to some 11 minutes. */
const shortest = 0.01;
const buckets = 26 * perDoubling;
/** Measurements count for one to two of these, in ms. */
const halfWindow = 15_000;
/** Fewer measurements say nothing about a quantile. */
const fewest = 20;
/** A quantile is found again after so many measurements. */
const refreshEvery = 32;

/** A quantile of the last 15 to 30 s of a method's times, from counts in buckets that grow by a twelfth. */
export class LatencyQuantile {
  readonly #quantile: number;
  readonly #needed: number;
  #recent = new Uint32Array(buckets);
  #earlier = new Uint32Array(buckets);
  #began = now();
  #count = 0;
  #sinceRefresh = 0;
  #value: number | undefined;

  /** @param quantile - above 0, below 1 */
  constructor(quantile: number) {
    this.#quantile = quantile;
    // Of fewer, the quantile would be the longest time that there was.
    this.#needed = Math.max(fewest, Math.ceil(1 / (1 - quantile)));
  }

  /** In ms; undefined where there are too few measurements. */
  get value(): number | undefined {
    return this.#value;
  }

  /** @param time - the present, on the monotonic clock */
  record(ms: number, time: number): void {
    if (time - this.#began >= halfWindow) this.#turn(time);
    this.#recent[bucketOf(ms)]!++;
    this.#count++;
    if (++this.#sinceRefresh >= refreshEvery || this.#count === this.#needed) this.#refresh();
  }

  #turn(time: number): void {
    const isStale = time - this.#began >= 2 * halfWindow;
    [this.#recent, this.#earlier] = [this.#earlier.fill(0), this.#recent];
    if (isStale) this.#earlier.fill(0);
    this.#began = time;
    this.#count = this.#earlier.reduce((sum, count) => sum + count, 0);
    this.#refresh();
  }

  #refresh(): void {
    this.#sinceRefresh = 0;
    this.#value = this.#count < this.#needed ? undefined : this.#find();
  }

  #find(): number {
    let below = this.#quantile * this.#count;
    let bucket = 0;
    for (; bucket < buckets - 1; bucket++) {
      below -= this.#recent[bucket]! + this.#earlier[bucket]!;
      if (below <= 0) break;
    }
    return shortest * 2 ** ((bucket + 1) / perDoubling);
  }
}

function bucketOf(ms: number): number {
  const bucket = Math.floor(Math.log2(Math.max(ms, shortest) / shortest) * perDoubling);
  return Math.min(bucket, buckets - 1);
}
