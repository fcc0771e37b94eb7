/** Buckets that a doubling of the time is cut into: a quantile is a percent too high, at most. */
const perDoubling = 64;
const least = 2 ** -6;
const doublings = 24;

/** How long calls took, from 0.016 ms to three days, in buckets that grow with the time. */
export class Histogram {
  readonly #counts = new Uint32Array(perDoubling * doublings);
  #total = 0;
  #longest = 0;

  get total(): number {
    return this.#total;
  }

  record(ms: number): void {
    const bucket = Math.floor(Math.log2(ms / least) * perDoubling);
    this.#counts[Math.min(this.#counts.length - 1, Math.max(0, bucket))]!++;
    this.#total++;
    this.#longest = Math.max(this.#longest, ms);
  }

  add(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;
    this.#total += other.#total;
    this.#longest = Math.max(this.#longest, other.#longest);
  }

  /** In ms; NaN where nothing was recorded. @param part - from 0 to 1 */
  quantile(part: number): number {
    let left = Math.max(1, Math.ceil(part * this.#total));
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(this.#longest, least * 2 ** ((bucket + 1) / perDoubling));
    }
    return Number.NaN;
  }
}
