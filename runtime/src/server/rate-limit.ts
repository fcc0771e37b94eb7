/** Periods in a row that must stay below the limit before there is none. */
const quietPeriods = 10;

const decrease = 0.8;
const increase = 1.1;

/**
 * How many calls a server takes per period, found by trying (AIMD): fewer while its event loop lags, more while it does not, any number
 * once the limit is not reached any more. It counts starts and not what runs at once, since synchronous handlers never run at once: they
 * are done before the next call is read.
 */
export class RateLimit {
  readonly #maxLag: number;
  #limit = Infinity;
  #lag = 0;
  #taken = 0;
  #shed = 0;
  #quiet = 0;

  /** @param maxLag - in ms: above it fewer calls are taken */
  constructor(maxLag: number) {
    this.#maxLag = maxLag;
  }

  /** Calls per period; Infinity while there is no limit. */
  get limit(): number {
    return this.#limit;
  }

  /** Of the event loop in the last period, in ms. */
  get lag(): number {
    return this.#lag;
  }

  /** Calls offered per call taken since the period began: above 1 where some were shed. */
  get demand(): number {
    return (this.#taken + this.#shed) / Math.max(this.#taken, 1);
  }

  /** Whether calls were shed since the period began. */
  get isShedding(): boolean {
    return this.#shed > 0;
  }

  /** Counts a call in. False where this period's are used up: it is shed. */
  take(): boolean {
    if (this.#taken >= this.#limit) {
      this.#shed++;
      return false;
    }
    this.#taken++;
    return true;
  }

  /** A call that was taken is shed for another reason. */
  giveBack(): void {
    this.#taken--;
    this.#shed++;
  }

  /**
   * Ends a period.
   * @param lag - of the event loop in it, in ms
   * @param periods - how many it really lasted: a loop that is busy comes late
   */
  endPeriod(lag: number, periods: number): void {
    if (lag > this.#maxLag) this.#tighten(this.#taken / Math.max(periods, 1));
    else if (this.#limit !== Infinity) this.#relax(this.#taken >= this.#limit);
    this.#lag = lag;
    this.#taken = 0;
    this.#shed = 0;
  }

  #tighten(rate: number): void {
    this.#quiet = 0;
    // Where no call was taken, it is not calls that the loop is busy with.
    if (rate > 0) this.#limit = Math.max(Math.floor(rate * decrease), 1);
  }

  #relax(reached: boolean): void {
    if (!reached) {
      if (++this.#quiet >= quietPeriods) this.#limit = Infinity;
      return;
    }
    this.#quiet = 0;
    this.#limit = Math.max(Math.floor(this.#limit * increase), this.#limit + 1);
  }
}
