import type { PendingCall } from "../protocol/pending-call.ts";
import type { Connection } from "../protocol/protocol.ts";

/** A channel's connections to one address. */
export class ConnectionPool {
  /** Those that take calls, the oldest first: the others are there for what it refuses. */
  #taking: readonly Connection[] = [];
  /** All that are open: those, and the ones that finish what they have. */
  #open: readonly Connection[] = [];

  /** How many take calls. */
  get size(): number {
    return this.#taking.length;
  }

  /** Whether none is open. */
  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  get inFlight(): number {
    let count = 0;
    for (const connection of this.#open) count += connection.inFlight;
    return count;
  }

  /** Of the busiest, where the connections lead to several servers. */
  get load(): number | undefined {
    let highest: number | undefined;
    for (const { load } of this.#taking) if (load !== undefined && load > (highest ?? -1)) highest = load;
    return highest;
  }

  add(connection: Connection): void {
    this.#open = [...this.#open, connection];
    this.#taking = [...this.#taking, connection];
  }

  /** Gives the call to the first that takes it. False where none does. @param time - now */
  send(call: PendingCall, time: number): boolean {
    for (const connection of this.#taking) if (connection.send(call, time)) return true;
    return false;
  }

  /** The connection takes no more calls. False where it took none before. */
  leave(connection: Connection): boolean {
    const before = this.#taking.length;
    this.#taking = this.#taking.filter((other) => other !== connection);
    return this.#taking.length < before;
  }

  /** The connection is closed. */
  remove(connection: Connection): void {
    this.#open = this.#open.filter((other) => other !== connection);
  }

  /** All take no more calls, and close once they have finished what they have. */
  drain(): void {
    for (const connection of this.#open) connection.drain();
  }
}
