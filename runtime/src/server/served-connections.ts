import { now } from "../clock.ts";
import { detach } from "../propagation.ts";
import type { ServedConnection } from "../protocol/protocol.ts";
import { longestTimer, startTimer, stopTimer, type Timer } from "../timer.ts";

/** How often ages are looked at, and how far they are spread to each side, as parts of the greatest. */
const period = 0.02;
const spread = 0.1;

/**
 * The connections that a server serves. One that has reached its age is told to end. One timer is there for all of them, since a
 * timer takes more memory than most of what a connection needs else; it holds no process up.
 */
export class ServedConnections {
  readonly #maxAge: number;
  /** When each is to end, in whole ms on the monotonic clock; `Infinity` for never. */
  readonly #ends = new Map<ServedConnection, number>();
  #timer: Timer | undefined;

  /** @param maxAge - in ms, of connections that can leave */
  constructor(maxAge: number) {
    this.#maxAge = maxAge;
  }

  get size(): number {
    return this.#ends.size;
  }

  /** A copy, so that they may go while it is walked. */
  all(): ServedConnection[] {
    return [...this.#ends.keys()];
  }

  add(connection: ServedConnection): void {
    this.#ends.set(connection, this.#endOf(connection));
    this.#timer ??= this.#wait();
  }

  delete(connection: ServedConnection): void {
    this.#ends.delete(connection);
    if (this.#ends.size > 0) return;
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #endOf({ canLeave }: ServedConnection): number {
    if (!canLeave || this.#maxAge > longestTimer) return Infinity;
    // Connections that were opened together must not all come back together; the next look comes later by up to a period.
    const age = this.#maxAge * (1 - spread + Math.random() * (2 * spread - period));
    return Math.ceil(now() + age);
  }

  #wait(): Timer | undefined {
    if (this.#maxAge > longestTimer) return undefined;
    return detach(() => startTimer(this.#maxAge * period, () => this.#look())?.unref());
  }

  #look(): void {
    // First, since the last connection may go.
    this.#timer = this.#wait();
    const time = now();
    const reason = `the connection has reached its maximum age of ${this.#maxAge} ms (option maxConnectionAge)`;
    for (const [connection, end] of this.#ends) {
      if (end > time) continue;
      this.#ends.set(connection, Infinity);
      void connection.drain(reason);
    }
  }
}
