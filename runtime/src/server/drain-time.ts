/** How much of a new interval goes into the average. */
const weight = 1 / 8;

/**
 * How fast places become free where all are taken: the average interval between releases. Only intervals during which somebody could
 * have used the place count: a server with room tells nothing of how fast it is.
 */
export class DrainTime {
  /** In ms. */
  #interval: number | undefined;
  /** When the last place was taken; undefined while one is free. */
  #since: number | undefined;

  /** All places are taken from now on. */
  begin(time: number): void {
    this.#since = time;
  }

  /** One became free; whoever waits takes it at once. */
  end(time: number): void {
    if (this.#since === undefined) return;
    const interval = time - this.#since;
    const average = this.#interval ?? interval;
    this.#interval = average + weight * (interval - average);
    this.#since = undefined;
  }

  /** In ms: how long it takes until so many places have become free. */
  of(places: number, time: number): number {
    const waited = this.#since === undefined ? 0 : time - this.#since;
    // Where nothing becomes free any more, the average is of better times.
    return places * Math.max(this.#interval ?? 0, waited);
  }
}
