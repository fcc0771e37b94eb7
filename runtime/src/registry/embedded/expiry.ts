import { now } from "../../clock.ts";
import { startTimer, stopTimer, type Timer } from "../../timer.ts";
import type { EndpointTable } from "./table.ts";

/** So late, in ms, the process was stopped and cannot have heard the renewals that came meanwhile. */
const suspended = 500;

/** Takes registrations out of a table when they are over: one timer, set for the earliest. */
export class Expiry {
  readonly #table: EndpointTable;
  #timer: Timer | undefined;
  #armedFor = Infinity;

  constructor(table: EndpointTable) {
    this.#table = table;
  }

  /** Looks again at that time at the latest, on the monotonic clock. */
  by(time: number): void {
    if (time >= this.#armedFor) return;
    stopTimer(this.#timer);
    this.#armedFor = time;
    this.#timer = startTimer(Math.max(Math.ceil(time - now()), 1), () => this.#look());
  }

  stop(): void {
    stopTimer(this.#timer);
    this.#armedFor = Infinity;
  }

  #look(): void {
    const late = now() - this.#armedFor;
    this.#armedFor = Infinity;
    // A registry that was stopped for a minute would otherwise declare a healthy fleet dead.
    if (late > suspended) this.#table.renewAll(now());
    const next = this.#table.expire(now());
    if (next < Infinity) this.by(next);
  }
}
