const slices = 10;

/** The part of the calls that failed in the last so many ms, in slices of a tenth of that. */
export class FailureRate {
  readonly #sliceTime: number;
  readonly #ended = new Uint32Array(slices);
  readonly #failed = new Uint32Array(slices);
  /** The number of the slice that is being filled, since the clock began. */
  #current = -1;

  /** @param window - in ms; `Infinity` for all calls that there were */
  constructor(window: number) {
    this.#sliceTime = window / slices;
  }

  /** @param time - on the monotonic clock */
  record(failed: boolean, time: number): void {
    this.#advance(Math.floor(time / this.#sliceTime));
    const slice = this.#current % slices;
    this.#ended[slice]!++;
    if (failed) this.#failed[slice]!++;
  }

  /** How many calls have ended, as of the last one. */
  get calls(): number {
    return sum(this.#ended);
  }

  /** How many of them failed, in percent; there must be any. */
  get percent(): number {
    return (100 * sum(this.#failed)) / this.calls;
  }

  forget(): void {
    this.#ended.fill(0);
    this.#failed.fill(0);
  }

  /** Slices that the window has left behind are used again. */
  #advance(current: number): void {
    for (let slice = Math.max(this.#current + 1, current - slices + 1); slice <= current; slice++)
      this.#ended[slice % slices] = this.#failed[slice % slices] = 0;
    this.#current = current;
  }
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
