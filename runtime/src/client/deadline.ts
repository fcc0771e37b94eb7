import { ignoreAbort, listenForAbort } from "../abort-listeners.ts";
import { now } from "../clock.ts";
import { deadlines, Expiring } from "../deadline-queue.ts";

export { resolveDeadline } from "../protocol/pending-call.ts";

/**
 * Waits for a promise, no longer than a deadline and until a signal fires; what it gives up on goes on by itself.
 * @param deadline - on the monotonic clock; Infinity for none
 * @param onTimeout - makes the error of a deadline that has passed
 * @throws the error made, or a signal's reason
 */
export function waitUntil<T>(
  promise: Promise<T>,
  deadline: number,
  signals: readonly (AbortSignal | undefined)[],
  onTimeout: () => Error,
): Promise<T> {
  // Whoever stops waiting must not leave a rejection that nobody handles.
  promise.catch(() => {});
  const fired = signals.find((signal) => signal?.aborted === true);
  if (fired !== undefined) return Promise.reject(fired.reason as Error);
  if (deadline <= now()) return Promise.reject(onTimeout());
  return new Promise<T>((resolve, reject) => {
    const wait = new Wait(deadline, signals, reject, onTimeout);
    promise.then(resolve, reject).finally(() => wait.end());
  });
}

class Wait extends Expiring {
  readonly deadline: number;
  readonly #signals: readonly (AbortSignal | undefined)[];
  readonly #reject: (error: Error) => void;
  readonly #onTimeout: () => Error;

  constructor(
    deadline: number,
    signals: readonly (AbortSignal | undefined)[],
    reject: (error: Error) => void,
    onTimeout: () => Error,
  ) {
    super();
    this.deadline = deadline;
    this.#signals = signals;
    this.#reject = reject;
    this.#onTimeout = onTimeout;
    for (const signal of signals) if (signal !== undefined) listenForAbort(signal, this);
    deadlines.add(this);
  }

  expire(): void {
    this.end();
    this.#reject(this.#onTimeout());
  }

  handleEvent(event: Event): void {
    this.end();
    this.#reject((event.target as AbortSignal).reason as Error);
  }

  end(): void {
    deadlines.remove(this);
    for (const signal of this.#signals) if (signal !== undefined) ignoreAbort(signal, this);
  }
}
