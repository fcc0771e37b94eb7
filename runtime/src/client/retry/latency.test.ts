import { beforeEach, describe, expect, it, vi } from "vitest";
import { LatencyQuantile } from "./latency.ts";

let time = 0;
vi.mock("../../clock.ts", () => ({ now: () => time }));
beforeEach(() => {
  time = 50_000;
});

function record(latency: LatencyQuantile, ...times: number[]): void {
  for (const ms of times) latency.record(ms, time);
}

/** 1 to `count` ms, in an order that is not theirs. */
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % count) + 1);

describe("a latency quantile", () => {
  it.each([
    [0.5, 500],
    [0.95, 950],
    [0.99, 990],
  ])("%s is found, at most a tenth too large", (quantile, expected) => {
    const latency = new LatencyQuantile(quantile);
    record(latency, ...upTo(1_000));
    expect(latency.value).toBeGreaterThanOrEqual(expected * 0.98);
    expect(latency.value).toBeLessThan(expected * 1.1);
  });

  it("is unknown while there are too few times", () => {
    const [p50, p99] = [new LatencyQuantile(0.5), new LatencyQuantile(0.99)];
    record(p50, ...upTo(19));
    record(p99, ...upTo(99));
    expect([p50.value, p99.value]).toEqual([undefined, undefined]);
    record(p50, 1);
    record(p99, 1);
    expect(p50.value).toBeGreaterThan(8);
    expect(p99.value).toBeGreaterThan(90);
  });

  it("follows the times, and forgets the old ones within two halves of its window", () => {
    const latency = new LatencyQuantile(0.9);
    record(latency, ...Array<number>(100).fill(10));
    expect(latency.value).toBeCloseTo(10, -1);
    time += 15_000;
    record(latency, ...Array<number>(100).fill(100));
    expect(latency.value).toBeGreaterThan(90);
    time += 15_000;
    record(latency, ...Array<number>(1_000).fill(1));
    time += 15_000;
    record(latency, ...Array<number>(64).fill(1));
    expect(latency.value).toBeLessThan(1.1);
  });

  it("is unknown again after a long silence", () => {
    const latency = new LatencyQuantile(0.9);
    record(latency, ...upTo(100));
    time += 60_000;
    record(latency, 5);
    expect(latency.value).toBeUndefined();
  });

  it("keeps to its bounds with times that are none", () => {
    const latency = new LatencyQuantile(0.5);
    record(latency, ...Array<number>(20).fill(-1));
    expect(latency.value).toBeLessThan(0.011);
    record(latency, ...Array<number>(64).fill(1e12));
    expect(latency.value).toBeGreaterThan(600_000);
  });
});
