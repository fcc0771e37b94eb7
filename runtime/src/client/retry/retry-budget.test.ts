import { beforeEach, describe, expect, it, vi } from "vitest";
import { RetryBudget } from "./retry-budget.ts";

let time = 0;
vi.mock("../../clock.ts", () => ({ now: () => time }));
beforeEach(() => {
  time = 1_000_000;
});

/** How many of `wanted` attempts it lets through. */
function taken(budget: RetryBudget, wanted: number): number {
  let count = 0;
  for (let i = 0; i < wanted; i++) if (budget.take()) count++;
  return count;
}

function call(budget: RetryBudget, times: number): void {
  for (let i = 0; i < times; i++) budget.count();
}

describe("a retry budget", () => {
  it("has so many per second without any call, at once", () => {
    const budget = new RetryBudget(20, 10);
    expect(taken(budget, 1_000)).toBe(100);
    time += 9_000;
    expect(taken(budget, 1_000)).toBe(0);
    time += 1_000;
    expect(taken(budget, 1_000)).toBe(100);
  });

  it("has a part of the calls, to the last one", () => {
    const budget = new RetryBudget(20, 0);
    call(budget, 4);
    expect(budget.take()).toBe(false);
    call(budget, 1);
    expect(budget.take()).toBe(true);
    call(budget, 1_000);
    expect(taken(budget, 1_000)).toBe(200);
  });

  it("forgets calls and attempts after ten seconds", () => {
    const budget = new RetryBudget(20, 0);
    call(budget, 1_600);
    expect(taken(budget, 20)).toBe(20);
    time += 9_000;
    call(budget, 160);
    time += 1_000;
    expect(taken(budget, 1_000)).toBe(32);
  });

  it("stays within its bound in any ten seconds, however calls and attempts fall", () => {
    const budget = new RetryBudget(20, 10);
    const log: { time: number; calls: number; taken: number }[] = [];
    for (let step = 0; step < 300; step++) {
      time += 100 + ((step * 37) % 400);
      const calls = (step * 7_919) % 160;
      call(budget, calls);
      log.push({ time, calls, taken: taken(budget, step % 3 === 0 ? 90 : 10) });
    }
    for (const { time: end } of log) {
      const window = log.filter((entry) => entry.time > end - 9_000 && entry.time <= end);
      const calls = log.filter((entry) => entry.time > end - 20_000 && entry.time <= end);
      const sum = (of: "calls" | "taken", entries: typeof log): number =>
        entries.reduce((total, entry) => total + entry[of], 0);
      expect(sum("taken", window)).toBeLessThanOrEqual(100 + 0.2 * sum("calls", calls));
    }
  });

  it("is none where both parts are", () => {
    const budget = new RetryBudget(0, 0);
    call(budget, 10_000);
    expect(budget.take()).toBe(false);
  });
});
