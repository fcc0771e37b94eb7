import { backoff } from "../backoff.ts";
import { now } from "../clock.ts";
import { startTimer, stopTimer, type Timer } from "../timer.ts";

/** Two dials are at least so far apart, in ms; less would make a server that refuses a busy loop. */
const shortestPause = 50;
/** Pauses grow up to this, in ms. */
const longestPause = 10_000;

/** Decides when an address that refused, or was lost, is dialled again. */
export class Redial {
  readonly #dial: () => void;
  #timer: Timer | undefined;
  #failures = 0;
  #lastDial = -Infinity;

  constructor(dial: () => void) {
    this.#dial = dial;
  }

  /** A dial begins: none is due any more. */
  started(): void {
    this.#lastDial = now();
    this.cancel();
  }

  /** It failed, or the connection was lost: dials again after a pause that grows with each time in a row. */
  schedule(): void {
    this.#after(backoff(++this.#failures, longestPause, Math.random));
    // Nobody waits for this attempt: it must not keep the process alive.
    this.#timer?.unref();
  }

  /** A call waits: dials now, or as soon as the shortest pause is over. */
  hurry(): void {
    this.#after(Math.max(0, this.#lastDial + shortestPause - now()));
  }

  succeeded(): void {
    this.#failures = 0;
  }

  cancel(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #after(pause: number): void {
    this.cancel();
    this.#timer = startTimer(pause, this.#dial);
  }
}
