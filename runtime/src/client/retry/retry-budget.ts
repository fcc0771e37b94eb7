import { now } from "../../clock.ts";

/** Calls and retries count for so long, in ms. */
const window = 10_000;
const slices = 10;
const sliceTime = window / slices;
/** Calls between two looks at the clock, which costs more than all the rest; a power of two. */
const batch = 16;

/**
 * Bounds how many attempts a channel makes beside its calls, so that servers in trouble are not called several times as
 * often for it: in any 10 s a part of the calls, and a few per second that need no calls to earn them.
 */
export class RetryBudget {
  readonly #percent: number;
  readonly #reserve: number;
  /** Per slice of the window, in hundredths of a retry: what its calls earned, less what its retries cost. */
  readonly #slices = new Float64Array(slices);
  /** The number of the slice that is being filled, since the clock began. */
  #current = 0;
  #uncounted = 0;

  constructor(percent: number, perSecond: number) {
    this.#percent = percent;
    this.#reserve = (100 * perSecond * window) / 1_000;
  }

  /** A call is made. */
  count(): void {
    if (++this.#uncounted === batch) this.#advance();
  }

  /** Takes one attempt out; false where none is left. */
  take(): boolean {
    this.#advance();
    let balance = this.#reserve;
    for (const slice of this.#slices) balance += slice;
    if (balance < 100) return false;
    this.#slices[this.#current % slices]! -= 100;
    return true;
  }

  #advance(): void {
    const current = Math.floor(now() / sliceTime);
    // Slices that the window has left behind are used again.
    const first = Math.max(this.#current + 1, current - slices + 1);
    for (let slice = first; slice <= current; slice++) this.#slices[slice % slices] = 0;
    this.#current = current;
    this.#slices[current % slices]! += this.#uncounted * this.#percent;
    this.#uncounted = 0;
  }
}
