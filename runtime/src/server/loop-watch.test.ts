import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LoopSample, LoopWatch, openLoopGauge } from "./loop-watch.ts";
import { RateLimit } from "./rate-limit.ts";

/** A watch over a loop that the test makes up. */
function watch(): {
  readonly rate: RateLimit;
  readonly watch: LoopWatch;
  readonly sample: { lag: number; utilization: number };
  readonly late: number[];
  readonly stopped: () => boolean;
} {
  const rate = new RateLimit(50);
  const made = new LoopWatch(rate, () => performance.now());
  const sample = { lag: 0, utilization: 0 };
  const late: number[] = [];
  let stopped = false;
  made.start({
    read(by): LoopSample {
      late.push(by);
      return { ...sample };
    },
    stop: () => (stopped = true),
  });
  return { rate, watch: made, sample, late, stopped: () => stopped };
}

describe("a watch over the event loop", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("looks each 100 ms and tells how busy the loop is, in thousandths", () => {
    const { watch: it, sample, late } = watch();
    expect([it.period, it.thousandths]).toEqual([0, 0]);
    sample.utilization = 0.2504;
    vi.advanceTimersByTime(99);
    expect(it.period).toBe(0);
    vi.advanceTimersByTime(1);
    expect([it.period, it.thousandths]).toEqual([1, 250]);
    sample.utilization = 1;
    vi.advanceTimersByTime(200);
    expect([it.period, it.thousandths]).toEqual([3, 1_000]);
    expect(late).toEqual([0, 0, 0]);
    it.stop();
  });

  it("limits the calls by the lag, and tells of more load than the loop can have while they are shed", () => {
    const { rate, watch: it, sample } = watch();
    for (let i = 0; i < 10; i++) rate.take();
    sample.lag = 60;
    sample.utilization = 0.9;
    vi.advanceTimersByTime(100);
    expect([rate.limit, rate.lag, it.thousandths]).toEqual([8, 60, 900]);
    for (let i = 0; i < 16; i++) rate.take();
    vi.advanceTimersByTime(100);
    expect(it.thousandths).toBe(2_000);
    for (let i = 0; i < 10_000; i++) rate.take();
    vi.advanceTimersByTime(100);
    expect(it.thousandths).toBe(1_000_000);
    it.stop();
  });

  it("knows what is left of the period", () => {
    const { watch: it } = watch();
    vi.advanceTimersByTime(130);
    expect(it.untilNext).toBe(70);
    it.stop();
  });

  it("stops with its gauge and leaves no timer", () => {
    const { watch: it, stopped } = watch();
    expect(vi.getTimerCount()).toBe(1);
    it.stop();
    expect(stopped()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("this process's loop", () => {
  const block = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("lags while it is blocked, also where its histogram has seen nothing", async () => {
    const gauge = openLoopGauge();
    expect(gauge.read(300)).toMatchObject({ lag: 300 });
    // Its first delay after a reset is not counted.
    for (let i = 0; i < 4; i++) {
      block(40);
      await turn();
    }
    const { lag, utilization } = gauge.read(40);
    expect(lag).toBeGreaterThan(20);
    expect(utilization).toBeGreaterThan(0.9);
    gauge.stop();
  });
});
