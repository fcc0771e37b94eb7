import { perform } from "./perform.ts";
import { nextPlan, type Plan, tight } from "./plan.ts";
import { Random } from "./random.ts";
import { isRetried } from "./oracle.ts";
import type { LineFile, Outcome } from "./record.ts";
import type { Stalls } from "./stalls.ts";
import type { SoakClient } from "./soak.gorpc.ts";

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
  readonly #stalls: Stalls;
  readonly #loops: Promise<void>[];
  #made = 0;
  #stopped = false;
  /** Calls that have not settled. */
  pending = 0;

  /** @param name - unique, and with the seed what the calls follow from */
  constructor(
    client: SoakClient,
    name: string,
    seed: string,
    file: LineFile,
    stalls: Stalls,
    atOnce: number,
  ) {
    this.#stalls = stalls;
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
    const [began, lagBefore] = [clock(), this.#stalls.total];
    this.pending++;
    const { paused, ...ending } = await perform(this.#client, plan);
    this.pending--;
    const ended = clock();
    // What came in time may be read later.
    const own = paused + this.#stalls.total - lagBefore;
    const late = Math.round(ended - began - timeout - own);
    const outcome = { ...ending, id: job.id, kind, began, ended, late, isTight: timeout < tight };
    this.#file.write(JSON.stringify(outcome));
    // Nothing is awaited where a call fails at once.
    await new Promise(setImmediate);
    return outcome;
  }
}
