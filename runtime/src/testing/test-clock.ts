import { setImmediate as turn } from "node:timers/promises";
import { now, readTimeFrom } from "../clock.ts";
import { deadlines } from "../deadline-queue.ts";
import { serveWith } from "../server/loaded.ts";
import { serve } from "../server/serving.ts";
import { type OwnTimer, setTimersOn } from "../timer.ts";

/** Turns of the event loop that calls in memory get to move on, whenever something has happened. */
const turns = 5;

/** A clock that stands still until its test says otherwise. */
export interface TestClock {
  /** In ms: what deadlines are measured on, while the clock is there. */
  now(): number;
  /**
   * Lets time pass: what is due happens in its order, each at its own time. What follows from it in memory happens too; what
   * needs a socket or a thread takes its real time, and the test has to wait for it.
   * @param ms - from 0
   * @throws RangeError (the promise rejects) for another number; Error where time passes already, or the clock is disposed of
   */
  advance(ms: number): Promise<void>;
  /** Real time again, also for what still waits. End the calls before: their deadlines were this clock's. */
  dispose(): void;
  /** The same, at the end of a block: `using clock = testClock()`. */
  [Symbol.dispose](): void;
}

/** The one that is there, and where it was made. */
let installed: { readonly clock: TestClock; readonly where: string } | undefined;

/**
 * Takes the time of this process's calls, connections, balancers and registries over: deadlines, timeouts, pauses. Without
 * {@link TestClock.advance} none of it passes. Timers of your own stay real.
 * @throws Error where another one has not been disposed of
 */
export function testClock(): TestClock {
  if (installed !== undefined) {
    throw new Error(
      `a test clock is there already, made ${installed.where}: dispose() of it first; "using" does so by itself`,
    );
  }
  serveWith(serve);
  const clock = new Clock();
  installed = { clock, where: callerOf(testClock) };
  clock.install();
  process.once("exit", complain);
  return clock;
}

class Clock implements TestClock {
  // Whole milliseconds, so that a call's timeout is over when as many have passed.
  #time = Math.ceil(now());
  readonly #timers = new Set<OwnedTimer>();
  #advancing = false;

  install(): void {
    readTimeFrom(() => this.#time);
    setTimersOn((ms, run) => {
      // What may happen at once needs no time to pass.
      if (ms <= 0) return new Soon(run);
      const timer = new OwnedTimer(this.#time + ms, run, this.#timers);
      this.#timers.add(timer);
      return timer;
    });
    deadlines.onNewClock(1);
  }

  now(): number {
    return this.#time;
  }

  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`advance(${ms}): it takes milliseconds from 0`);
    this.#checkThere();
    if (this.#advancing) throw new Error("the clock advances already: await that first");
    this.#advancing = true;
    try {
      await this.#advanceTo(this.#time + ms);
    } finally {
      this.#advancing = false;
    }
  }

  dispose(): void {
    if (installed?.clock !== this) return;
    installed = undefined;
    process.off("exit", complain);
    readTimeFrom();
    setTimersOn();
    deadlines.onNewClock();
    for (const timer of this.#timers) timer.goOn(this.#time);
    this.#timers.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #advanceTo(end: number): Promise<void> {
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#time = Math.max(this.#time, next.due);
      next.fire();
      await settle();
      this.#checkThere();
    }
    this.#time = end;
  }

  /** The next timer that is due by then; of several at a time the one set first. */
  #next(end: number): OwnedTimer | undefined {
    let next: OwnedTimer | undefined;
    for (const timer of this.#timers)
      if (timer.due <= end && timer.due < (next?.due ?? Infinity)) next = timer;
    return next;
  }

  #checkThere(): void {
    if (installed?.clock !== this) throw new Error("the test clock was disposed of");
  }
}

/** A timer without a wait. */
class Soon implements OwnTimer {
  readonly #immediate: NodeJS.Immediate;

  constructor(run: () => void) {
    this.#immediate = setImmediate(run);
  }

  cancel(): void {
    clearImmediate(this.#immediate);
  }

  ref(): this {
    this.#immediate.ref();
    return this;
  }

  unref(): this {
    this.#immediate.unref();
    return this;
  }
}

/** A timer on a test's clock; of real time once that is gone. */
class OwnedTimer implements OwnTimer {
  readonly due: number;
  readonly #run: () => void;
  readonly #waiting: Set<OwnedTimer>;
  #real: NodeJS.Timeout | undefined;
  #isReason = true;

  constructor(due: number, run: () => void, waiting: Set<OwnedTimer>) {
    this.due = due;
    this.#run = run;
    this.#waiting = waiting;
  }

  fire(): void {
    this.#waiting.delete(this);
    this.#run();
  }

  cancel(): void {
    this.#waiting.delete(this);
    clearTimeout(this.#real);
  }

  ref(): this {
    this.#isReason = true;
    this.#real?.ref();
    return this;
  }

  unref(): this {
    this.#isReason = false;
    this.#real?.unref();
    return this;
  }

  /** Waits for what is left in real time. */
  goOn(time: number): void {
    this.#real = setTimeout(this.#run, this.due - time);
    if (!this.#isReason) this.#real.unref();
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}

/** A process whose test forgot its clock fails, and says where. */
function complain(): void {
  process.stderr.write(`the test clock made ${installed?.where} was never disposed of\n`);
  process.exitCode ||= 1;
}

function callerOf(callee: (...input: never[]) => unknown): string {
  const at = { stack: "" };
  Error.captureStackTrace(at, callee);
  return at.stack.split("\n")[1]?.trim() ?? "somewhere";
}
