import { count, say } from "../show.ts";

const widest = 30;

/** Shows who gets what: on a terminal it changes in place, elsewhere it is printed once. */
export class Table {
  #lines = 0;

  /** @param isLast - nothing is shown in its place */
  show(states: ReadonlyMap<string, string>, perSecond: ReadonlyMap<string, number>, isLast: boolean): void {
    const { isTTY } = process.stdout;
    if (!isTTY && !isLast) return;
    if (isTTY && this.#lines > 0) process.stdout.moveCursor(0, -this.#lines);
    const most = Math.max(1, ...perSecond.values());
    for (const [name, state] of states) {
      const calls = perSecond.get(name) ?? 0;
      const bar = "█".repeat(Math.round((calls / most) * widest)).padEnd(widest);
      say(`${name.padEnd(3)} ${state.padEnd(14)} ${bar} ${count(Math.round(calls)).padStart(7)} calls/s`);
    }
    this.#lines = isLast ? 0 : states.size;
  }
}
