import { doubled } from "./event-queue.ts";

/** When callers give up: all wait for as long, so the earliest call is always the next. A ring in typed arrays. */
export class Deadlines {
  readonly #timeout: number;
  #calls = new Int32Array(1024);
  #made = new Float64Array(1024);
  #first = 0;
  #size = 0;

  /** @param timeout - in ms */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** When the next is due; `Infinity` where there is none. It may be of a call that is over. */
  get nextTime(): number {
    return this.#size === 0 ? Infinity : this.#made[this.#first]! + this.#timeout;
  }

  /** When the call was made to which the next belongs: another call may have its number by now. */
  get nextMade(): number {
    return this.#made[this.#first]!;
  }

  add(call: number, made: number): void {
    if (this.#size === this.#calls.length) this.#grow();
    const at = (this.#first + this.#size++) & (this.#calls.length - 1);
    this.#calls[at] = call;
    this.#made[at] = made;
  }

  /** Takes the next call out; there is one. */
  take(): number {
    const call = this.#calls[this.#first]!;
    this.#first = (this.#first + 1) & (this.#calls.length - 1);
    this.#size--;
    return call;
  }

  #grow(): void {
    const [calls, made] = [doubled(this.#calls), doubled(this.#made)];
    // What stood before the first goes behind the last.
    calls.copyWithin(this.#calls.length, 0, this.#first);
    made.copyWithin(this.#made.length, 0, this.#first);
    [this.#calls, this.#made] = [calls, made];
  }
}
