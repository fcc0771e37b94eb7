import { perform } from "./perform.ts";
import { nextPlan, type Plan, tight } from "./plan.ts";
import { Random } from "./random.ts";
import { isRetried } from "./oracle.ts";
import type { LineFile, Outcome } from "./record.ts";
import type { SoakClient } from "./soak.gorpc.ts";

/** How often the event loop is looked at, in ms. */
const glance = 20;
/** Attempts at a call that its servers return. */
const attempts = 10;

function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Makes calls without pause, a number at a time, and writes down what becomes of them. */
export class Caller {
  readonly #client: SoakClient;
  readonly #random: Random;
  readonly #name: string;
  readonly #file: LineFile;
  readonly #lag = new Lag();
  readonly #loops: Promise<void>[];
  #made = 0;
  #stopped = false;
  /** Calls that have not settled. */
  pending = 0;

  /** @param name - unique, and with the seed what the calls follow from */
  constructor(client: SoakClient, name: string, seed: string, file: LineFile, atOnce: number) {
    this.#client = client;
    this.#name = name;
    this.#random = new Random(`${seed}/${name}`);
    this.#file = file;
    this.#loops = Array.from({ length: atOnce }, () => this.#loop());
  }

  /** Makes no more calls; resolves when all have settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#lag.stop();
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const plan = nextPlan(this.#random, `${this.#name}-${++this.#made}`);
      let outcome = await this.#call(plan);
      for (let i = 1; i < attempts && isRetried(outcome); i++) outcome = await this.#call(plan);
    }
  }

  async #call(plan: Plan): Promise<Outcome> {
    const { kind, job, timeout } = plan;
    const [began, lagBefore] = [clock(), this.#lag.total];
    this.pending++;
    const { paused, ...ending } = await perform(this.#client, plan);
    this.pending--;
    const ended = clock();
    // What came in time may be read later.
    const own = paused + this.#lag.total - lagBefore;
    const late = Math.round(ended - began - timeout - own);
    const outcome = { ...ending, id: job.id, kind, began, ended, late, isTight: timeout < tight };
    this.#file.write(JSON.stringify(outcome));
    // Nothing is awaited where a call fails at once.
    await new Promise(setImmediate);
    return outcome;
  }
}

/** For how long, in all, this process has not come to its timers: stopped, or without a processor. */
class Lag {
  #total = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => this.#look(), glance);

  get total(): number {
    this.#look();
    return this.#total;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#total += Math.max(0, now - this.#last - 2 * glance);
    this.#last = now;
  }
}
