import { now } from "./clock.ts";
import { detach } from "./propagation.ts";
import { longestTimer, startTimer, stopTimer, type Timer } from "./timer.ts";

/** Something that has a deadline. It is an entry of a list itself, so that waiting costs no object and no timer. */
export abstract class Expiring {
  /** Absolute, on the monotonic clock; `Infinity` for none. */
  abstract readonly deadline: number;
  /** Called once the deadline has passed, unless cancelled before. */
  abstract expire(): void;

  /** @internal */
  bucket: Bucket | undefined = undefined;
  /** @internal */
  earlier: Expiring | undefined = undefined;
  /** @internal */
  later: Expiring | undefined = undefined;
}

interface Bucket {
  readonly tick: number;
  first: Expiring | undefined;
}

/** In ms. */
const realTick = 4;

/**
 * All deadlines of the process behind one timer. Deadlines of the same few milliseconds share a bucket, so adding and
 * removing are a few assignments; an entry expires at its deadline or up to 4 ms after, never before.
 */
class DeadlineQueue {
  readonly #buckets = new Map<number, Bucket>();
  #latest: Bucket | undefined;
  #size = 0;
  #timer: Timer | undefined;
  #tickMs = realTick;
  #armedFor = Infinity;

  add(entry: Expiring): void {
    // Added twice, an entry would follow itself in its list.
    if (entry.deadline === Infinity || entry.bucket !== undefined) return;
    const tick = Math.ceil(entry.deadline / this.#tickMs);
    const bucket = this.#latest?.tick === tick ? this.#latest : this.#bucketOf(tick);
    entry.bucket = bucket;
    entry.later = bucket.first;
    if (bucket.first !== undefined) bucket.first.earlier = entry;
    bucket.first = entry;
    if (this.#size++ === 0) this.#timer?.ref();
    if (tick < this.#armedFor) this.#arm(tick);
  }

  remove(entry: Expiring): void {
    const bucket = entry.bucket;
    if (bucket === undefined) return;
    if (entry.earlier === undefined) bucket.first = entry.later;
    else entry.earlier.later = entry.later;
    if (entry.later !== undefined) entry.later.earlier = entry.earlier;
    entry.bucket = entry.earlier = entry.later = undefined;
    if (bucket.first === undefined) this.#drop(bucket);
    // An armed timer with nothing behind it stays, but must not keep the process alive.
    if (--this.#size === 0) this.#timer?.unref();
  }

  /**
   * The clock was exchanged: what waits, waits on the new one.
   * @param tickMs - how late an entry may expire there, in ms
   */
  onNewClock(tickMs: number = realTick): void {
    const entries = [...this.#buckets.values()].flatMap(entriesOf);
    for (const entry of entries) this.remove(entry);
    stopTimer(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Infinity;
    this.#tickMs = tickMs;
    for (const entry of entries) this.add(entry);
  }

  #bucketOf(tick: number): Bucket {
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = { tick, first: undefined };
      this.#buckets.set(tick, bucket);
    }
    this.#latest = bucket;
    return bucket;
  }

  #drop(bucket: Bucket): void {
    this.#buckets.delete(bucket.tick);
    if (this.#latest === bucket) this.#latest = undefined;
  }

  #arm(tick: number): void {
    stopTimer(this.#timer);
    this.#armedFor = tick;
    const delay = Math.min(Math.max(Math.ceil(tick * this.#tickMs - now()), 1), longestTimer);
    // It ends calls of all kinds: what they do then belongs to no call.
    this.#timer = detach(() => startTimer(delay, this.#sweep));
  }

  readonly #sweep = (): void => {
    this.#timer = undefined;
    this.#armedFor = Infinity;
    const current = Math.floor(now() / this.#tickMs);
    for (const bucket of this.#buckets.values()) {
      if (bucket.tick > current) continue;
      while (bucket.first !== undefined) {
        const entry = bucket.first;
        this.remove(entry);
        entry.expire();
      }
    }
    let next = Infinity;
    for (const tick of this.#buckets.keys()) if (tick < next) next = tick;
    if (next < this.#armedFor) this.#arm(next);
  };
}

function entriesOf(bucket: Bucket): Expiring[] {
  const entries: Expiring[] = [];
  for (let entry = bucket.first; entry !== undefined; entry = entry.later) entries.push(entry);
  return entries;
}

/** The process's deadlines. */
export const deadlines = new DeadlineQueue();
