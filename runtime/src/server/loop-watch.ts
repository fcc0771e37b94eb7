import { now } from "../clock.ts";
import { watchLoop } from "../loop-utilization.ts";
import type { Load } from "../protocol/protocol.ts";
import type { RateLimit } from "./rate-limit.ts";

/** How often the event loop is looked at, in ms. */
export const period = 100;

/** Of the load that is reported: a server that sheds all but one in a thousand is as good as gone. */
const highestLoad = 1_000_000;

/** Between looks, in ms, at how late the loop is. */
const resolution = 10;

/** How the event loop did since it was last asked. */
export interface LoopSample {
  /** In ms: how late it came to what was due, on average. */
  readonly lag: number;
  /** From 0 to 1: the part of the time that it was busy. */
  readonly utilization: number;
}

/** What can be asked how the event loop does. */
export interface LoopGauge {
  /** @param late - in ms: how late the timer came that asks */
  read(late: number): LoopSample;
  stop(): void;
}

/** This process's event loop. */
export function openLoopGauge(): LoopGauge {
  // Loaded here: it takes a while, and a program that only calls needs none of it.
  const { monitorEventLoopDelay } = process.getBuiltinModule("node:perf_hooks");
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  const utilization = watchLoop();
  return {
    read(late) {
      const { count, mean } = delays;
      delays.reset();
      // After a reset the histogram misses its first delay, and so all of a loop that is blocked for whole periods: who asks saw that one.
      const seen = count === 0 ? 0 : count * Math.max(mean / 1e6 - resolution, 0);
      return { lag: (seen + late) / (count + 1), utilization: utilization() };
    },
    stop: () => delays.disable(),
  };
}

/** Looks at the event loop once a period: adapts the limit of calls to it, and knows the load that callers are told. */
export class LoopWatch implements Load {
  period = 0;
  thousandths = 0;
  readonly #rate: RateLimit;
  readonly #clock: () => number;
  #gauge: LoopGauge | undefined;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;

  /** @param clock - in ms, monotonic */
  constructor(rate: RateLimit, clock: () => number = now) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Looks from now on; holds no process up. */
  start(gauge: LoopGauge = openLoopGauge()): void {
    this.#gauge = gauge;
    this.#began = this.#clock();
    this.#timer = setInterval(() => this.#look(gauge), period).unref();
  }

  /** In ms: what is left of the period. */
  get untilNext(): number {
    return Math.max(this.#began + period - this.#clock(), 0);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#gauge?.stop();
  }

  #look(gauge: LoopGauge): void {
    const time = this.#clock();
    const elapsed = time - this.#began;
    this.#began = time;
    const { lag, utilization } = gauge.read(Math.max(elapsed - period, 0));
    this.thousandths = loadOf(this.#rate, utilization);
    this.period++;
    this.#rate.endPeriod(lag, elapsed / period);
  }
}

/** A server that sheds has more than it can do, however busy its loop is. */
function loadOf(rate: RateLimit, utilization: number): number {
  const thousandths = Math.round(1_000 * (rate.isShedding ? rate.demand : utilization));
  return rate.isShedding ? Math.min(Math.max(thousandths, 1_001), highestLoad) : thousandths;
}
