import { backoff } from "../backoff.ts";
import { now } from "../clock.ts";

/** A call that waits shortens the pause to this, in ms; more would make a refusing server a busy loop. */
const shortestPause = 50;
/** Pauses grow up to this, in ms. */
const longestPause = 10_000;

/** Decides when an address that refused, or was lost, is dialled again. */
export class Redial {
  readonly #dial: () => void;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #lastFailure = -Infinity;

  constructor(dial: () => void) {
    this.#dial = dial;
  }

  /** An attempt failed, or the connection was lost. */
  schedule(): void {
    this.#lastFailure = now();
    this.#after(backoff(++this.#failures, longestPause, Math.random));
    // Nobody waits for this attempt: it must not keep the process alive.
    this.#timer?.unref();
  }

  /** A call waits: dials now, or as soon as the shortest pause is over. */
  hurry(): void {
    this.#after(Math.max(0, this.#lastFailure + shortestPause - now()));
  }

  succeeded(): void {
    this.#failures = 0;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #after(pause: number): void {
    this.cancel();
    this.#timer = setTimeout(this.#dial, pause);
  }
}
