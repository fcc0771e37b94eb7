import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { now } from "./clock.ts";
import { deadlines, Expiring } from "./deadline-queue.ts";

// The clock that fake timers move.
vi.mock("./clock.ts", () => ({ now: () => Date.now() }));

class Waiting extends Expiring {
  readonly deadline: number;
  expired = 0;

  constructor(ms: number) {
    super();
    this.deadline = now() + ms;
  }

  expire(): void {
    this.expired++;
  }
}

describe("the deadline queue", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("expires each entry once, at its deadline and no more than a tick later", () => {
    const entries = [30, 10, 20, 10].map((ms) => new Waiting(ms));
    for (const entry of entries) deadlines.add(entry);
    vi.advanceTimersByTime(9);
    expect(entries.map(({ expired }) => expired)).toEqual([0, 0, 0, 0]);
    vi.advanceTimersByTime(6);
    expect(entries.map(({ expired }) => expired)).toEqual([0, 1, 0, 1]);
    vi.advanceTimersByTime(100);
    expect(entries.map(({ expired }) => expired)).toEqual([1, 1, 1, 1]);
  });

  it("does not expire what was removed, whichever entry of its tick", () => {
    for (const removed of [0, 1, 2]) {
      const deadline = now() + 20;
      const entries = [0, 1, 2].map(() => Object.assign(new Waiting(20), { deadline }));
      for (const entry of entries) deadlines.add(entry);
      deadlines.remove(entries[removed]!);
      vi.advanceTimersByTime(30);
      expect(entries.map(({ expired }) => expired)).toEqual([0, 1, 2].map((i) => (i === removed ? 0 : 1)));
    }
  });

  it("takes an entry that waits already as one, and lets it go at once", () => {
    const entry = new Waiting(20);
    deadlines.add(entry);
    deadlines.add(entry);
    deadlines.remove(entry);
    vi.advanceTimersByTime(50);
    expect(entry.expired).toBe(0);
    deadlines.add(entry);
    deadlines.add(entry);
    vi.advanceTimersByTime(50);
    expect(entry.expired).toBe(1);
  });

  it("does not wait for what has no deadline", () => {
    const before = vi.getTimerCount();
    deadlines.add(new Waiting(Infinity));
    expect(vi.getTimerCount()).toBe(before);
  });

  it("takes entries that an expiring one adds or removes", () => {
    const other = new Waiting(20);
    const next = new Waiting(40);
    const first = Object.assign(new Waiting(20), {
      deadline: other.deadline,
      expire: () => {
        deadlines.remove(other);
        deadlines.add(next);
      },
    });
    deadlines.add(other);
    deadlines.add(first);
    vi.advanceTimersByTime(30);
    expect([other.expired, next.expired]).toEqual([0, 0]);
    vi.advanceTimersByTime(30);
    expect([other.expired, next.expired]).toEqual([0, 1]);
  });

  it("waits anew on a clock that was exchanged, with that clock's grain", () => {
    const entries = [41, 30].map((ms) => new Waiting(ms));
    for (const entry of entries) deadlines.add(entry);
    vi.setSystemTime(Date.now() + 20);
    deadlines.onNewClock(1);
    vi.advanceTimersByTime(10);
    expect(entries.map(({ expired }) => expired)).toEqual([0, 1]);
    vi.advanceTimersByTime(11);
    expect(entries.map(({ expired }) => expired)).toEqual([1, 1]);
    deadlines.onNewClock();
    expect(vi.getTimerCount()).toBe(0);
  });
});
