import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Redial } from "./redial.ts";

// The clock that fake timers move.
vi.mock("../clock.ts", () => ({ now: () => Date.now() }));

describe("dialling again", () => {
  let dials: number[];
  let redial: Redial;

  beforeEach(() => {
    vi.useFakeTimers();
    dials = [];
    redial = new Redial(() => {
      redial.started();
      dials.push(Date.now());
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("comes after pauses that grow from 50 to 100 ms up to 10 s, and grow from the start once one succeeded", () => {
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = Date.now();
      redial.schedule();
      vi.runAllTimers();
      pauses.push(dials.at(-1)! - before);
    }
    for (const [i, pause] of pauses.entries()) {
      const full = Math.min(10_000, 100 * 2 ** i);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(full / 2));
      expect(pause).toBeLessThanOrEqual(full);
    }
    redial.succeeded();
    const before = Date.now();
    redial.schedule();
    vi.runAllTimers();
    expect(dials.at(-1)! - before).toBeLessThanOrEqual(100);
  });

  it("comes at once for a call that waits, where the last dial is long ago", () => {
    redial.hurry();
    vi.advanceTimersByTime(1);
    expect(dials).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    redial.schedule();
    redial.hurry();
    vi.advanceTimersByTime(1);
    expect(dials).toHaveLength(2);
  });

  it("comes at most every 50 ms, however many calls wait", () => {
    for (let ms = 0; ms < 1_000; ms++) {
      redial.hurry();
      vi.advanceTimersByTime(1);
    }
    expect(dials.length).toBeGreaterThan(10);
    expect(dials.length).toBeLessThanOrEqual(21);
    for (const [i, dial] of dials.slice(1).entries()) expect(dial - dials[i]!).toBeGreaterThanOrEqual(50);
  });

  it("comes no more once it was cancelled, or began elsewhere", () => {
    redial.schedule();
    redial.cancel();
    redial.hurry();
    redial.started();
    vi.runAllTimers();
    expect(dials).toEqual([]);
  });
});
