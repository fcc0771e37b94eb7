import { detach } from "../propagation.ts";
import type { Connection } from "../protocol/protocol.ts";
import { longestTimer, startTimer, stopTimer, type Timer } from "../timer.ts";

/** Finds connections that carry nothing. It looks now and then, so that a call costs nothing, and holds no process up. */
export class IdleWatch {
  readonly #period: number;
  readonly #onIdle: (connection: Connection) => void;
  /** The calls that each had taken when it was last looked at. */
  readonly #seen = new Map<Connection, number>();
  #timer: Timer | undefined;

  /**
   * @param period - in ms; Infinity for never
   * @param onIdle - called for a connection that has carried nothing for that long, and for no more than twice that
   */
  constructor(period: number, onIdle: (connection: Connection) => void) {
    this.#period = period;
    this.#onIdle = onIdle;
  }

  add(connection: Connection): void {
    if (this.#period > longestTimer) return;
    this.#seen.set(connection, connection.callsTaken);
    this.#timer ??= this.#wait();
  }

  delete(connection: Connection): void {
    this.#seen.delete(connection);
    if (this.#seen.size > 0) return;
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #wait(): Timer | undefined {
    return detach(() => startTimer(this.#period, this.#look)?.unref());
  }

  readonly #look = (): void => {
    // First, since the last connection may go.
    this.#timer = this.#wait();
    for (const [connection, seen] of this.#seen) {
      const { callsTaken, inFlight } = connection;
      this.#seen.set(connection, callsTaken);
      if (inFlight === 0 && callsTaken === seen) this.#onIdle(connection);
    }
  };
}
