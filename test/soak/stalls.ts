/** How often a process looks whether it still comes to its timers, in ms. */
const glance = 20;
/** From this on, in ms, it counts as a stall. */
const least = 200;

/** A time in which a process came to nothing. */
export interface Stall {
  /** In ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** Processor time that it had meanwhile, in ms. */
  readonly processor: number;
}

/** Whether a process waited for a processor: it did not keep itself busy, the machine was. */
export function isStarved({ from, to, processor }: Stall): boolean {
  return processor < (to - from) / 2;
}

/** For how much of a time, in ms, at least one of the processes stood still. */
export function timeStalled(stalls: readonly Stall[], from: number, to: number): number {
  let total = 0;
  let seen = from;
  for (const stall of [...stalls].sort((a, b) => a.from - b.from)) {
    const [begin, end] = [Math.max(seen, stall.from), Math.min(to, stall.to)];
    if (end <= begin) continue;
    total += end - begin;
    seen = end;
  }
  return total;
}

/** Notices when this process stands still: stopped, without a processor, or busy with one thing. */
export class Stalls {
  readonly #onStall: (stall: Stall) => void;
  readonly #timer = setInterval(() => this.#look(), glance).unref();
  #total = 0;
  #last = performance.now();
  #processor = processorTime();

  constructor(onStall: (stall: Stall) => void) {
    this.#onStall = onStall;
  }

  /** For how long in all, in ms, short stalls included. */
  get total(): number {
    this.#look();
    return this.#total;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const [now, processor] = [performance.now(), processorTime()];
    const pause = now - this.#last;
    this.#total += Math.max(0, pause - 2 * glance);
    if (pause >= least) {
      const { timeOrigin } = performance;
      const had = processor - this.#processor;
      this.#onStall({ from: timeOrigin + this.#last, to: timeOrigin + now, processor: had });
    }
    this.#last = now;
    this.#processor = processor;
  }
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
