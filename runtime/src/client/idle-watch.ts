import { detach } from "../propagation.ts";
import type { Connection } from "../protocol/protocol.ts";
import { longestTimer } from "../timer.ts";

/** Finds connections that carry nothing. It looks now and then, so that a call costs nothing, and holds no process up. */
export class IdleWatch {
  readonly #period: number;
  readonly #onIdle: (connection: Connection) => void;
  /** The calls that each had taken when it was last looked at. */
  readonly #seen = new Map<Connection, number>();
  #timer: NodeJS.Timeout | undefined;

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
    this.#timer ??= detach(() => setInterval(this.#look, this.#period).unref());
  }

  delete(connection: Connection): void {
    this.#seen.delete(connection);
    if (this.#seen.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    for (const [connection, seen] of this.#seen) {
      const { callsTaken, inFlight } = connection;
      this.#seen.set(connection, callsTaken);
      if (inFlight === 0 && callsTaken === seen) this.#onIdle(connection);
    }
  };
}
