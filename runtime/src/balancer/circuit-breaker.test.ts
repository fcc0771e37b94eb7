import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { boundAttempt } from "../call-options.ts";
import type { Outcome } from "./balancer.ts";
import type { CircuitBreakerOptions } from "./breaker-options.ts";
import { candidate } from "./candidates.fixture.ts";
import { circuitBreaker } from "./circuit-breaker.ts";
import { FailureRate } from "./failure-rate.ts";
import type { EndpointGuard } from "./guard.ts";
import { endpoint, failing, type Fleet, readyFleetWith } from "./scripted-fleet.fixture.ts";

vi.mock("../clock.ts", () => ({ now: () => performance.now() }));
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** One endpoint's breaker, and what it reports. */
class Bench {
  readonly changes: (string | undefined)[] = [];
  readonly guard: EndpointGuard;
  random = 0;

  constructor(options?: CircuitBreakerOptions) {
    this.guard = circuitBreaker(options).guard({
      candidate: candidate("a"),
      channel: undefined as never,
      connected: true,
      random: () => this.random,
      changed: (reason) => void this.changes.push(reason),
    });
  }

  get takesCalls(): boolean {
    return this.guard.mayTakeCalls;
  }

  /** A call begins; the function ends it. */
  begin(): (outcome: Outcome) => void {
    const started = performance.now();
    this.guard.began!();
    return (outcome) => this.guard.ended!(outcome, started);
  }

  calls(...outcomes: Outcome[]): void {
    for (const outcome of outcomes) this.begin()(outcome);
  }

  fails(times: number): void {
    for (let i = 0; i < times; i++) this.begin()("failed");
  }
}

describe("a closed circuit", () => {
  it("opens when so many calls fail in a row", () => {
    const bench = new Bench({ consecutiveFailures: 3 });
    bench.calls("failed", "failed", "answered", "failed", "failed");
    bench.calls("cancelled");
    expect(bench.takesCalls).toBe(true);
    bench.calls("failed");
    expect(bench.takesCalls).toBe(false);
    expect(bench.changes).toEqual(["its circuit is open for 5000 ms: 3 of its calls failed in a row"]);
  });

  it("opens when too many calls of a window fail, where there are enough", () => {
    const bench = new Bench({ consecutiveFailures: Infinity, failurePercent: 50, minCalls: 10 });
    bench.fails(9);
    expect(bench.takesCalls).toBe(true);
    vi.advanceTimersByTime(11_000);
    for (let i = 0; i < 6; i++) bench.calls("answered");
    bench.fails(5);
    expect(bench.takesCalls).toBe(true);
    bench.fails(1);
    expect(bench.takesCalls).toBe(false);
    expect(bench.changes).toEqual(["its circuit is open for 5000 ms: 50 % of its calls failed"]);
  });

  it("opens five failures in a row where nothing is said, whatever part that is", () => {
    const bench = new Bench();
    for (let i = 0; i < 1_000; i++) bench.calls("answered");
    bench.fails(4);
    expect(bench.takesCalls).toBe(true);
    bench.fails(1);
    expect(bench.takesCalls).toBe(false);
  });
});

describe("an open circuit", () => {
  it("is half open after a while, and lets so many calls through as have to be answered", () => {
    const bench = new Bench({ consecutiveFailures: 1, probes: 2 });
    bench.fails(1);
    vi.advanceTimersByTime(4_999);
    expect(bench.takesCalls).toBe(false);
    vi.advanceTimersByTime(1);
    expect(bench.takesCalls).toBe(true);
    const [first, second] = [bench.begin(), bench.begin()];
    expect(bench.takesCalls).toBe(false);
    first("answered");
    expect(bench.takesCalls).toBe(false);
    second("answered");
    expect(bench.takesCalls).toBe(true);
    for (let i = 0; i < 9; i++) bench.begin();
    expect(bench.takesCalls).toBe(true);
    // Open, half open, full, closed.
    expect(bench.changes).toHaveLength(4);
  });

  it("opens again for twice as long when one of them fails, and starts anew once it was closed", () => {
    const bench = new Bench({ consecutiveFailures: 1, openTime: 100, maxOpenTime: 300, probes: 1 });
    const openFor = (): number => {
      let ms = 0;
      for (; !bench.takesCalls; ms++) vi.advanceTimersByTime(1);
      return ms;
    };
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      bench.fails(1);
      times.push(openFor());
    }
    bench.calls("answered");
    bench.fails(1);
    times.push(openFor());
    expect(times).toEqual([100, 200, 300, 300, 100]);
  });

  it("opens for a fifth less at most, at random", () => {
    const bench = new Bench({ consecutiveFailures: 1 });
    bench.random = 0.999;
    bench.fails(1);
    expect(bench.changes[0]).toContain("open for 4001 ms");
  });

  it("learns nothing from calls that began before", () => {
    const bench = new Bench({ consecutiveFailures: 2, probes: 1 });
    const [early, late] = [bench.begin(), bench.begin()];
    bench.fails(2);
    early("answered");
    expect(bench.takesCalls).toBe(false);
    vi.advanceTimersByTime(5_000);
    late("failed");
    expect(bench.takesCalls).toBe(true);
    const probe = bench.begin();
    expect(bench.takesCalls).toBe(false);
    probe("answered");
    expect(bench.takesCalls).toBe(true);
  });

  it("lets another call through for one that was given up", () => {
    const bench = new Bench({ consecutiveFailures: 1, probes: 1 });
    bench.fails(1);
    vi.advanceTimersByTime(5_000);
    const probe = bench.begin();
    expect(bench.takesCalls).toBe(false);
    probe("cancelled");
    expect(bench.takesCalls).toBe(true);
    bench.calls("answered");
    bench.calls("answered");
    expect(bench.takesCalls).toBe(true);
  });

  it("lets others through where those before tell nothing for as long as it was open", () => {
    const bench = new Bench({ consecutiveFailures: 1, probes: 2 });
    bench.fails(1);
    vi.advanceTimersByTime(5_000);
    const quiet = [bench.begin(), bench.begin()];
    vi.advanceTimersByTime(4_999);
    expect(bench.takesCalls).toBe(false);
    vi.advanceTimersByTime(1);
    const more = [bench.begin(), bench.begin()];
    expect(bench.takesCalls).toBe(false);
    for (const end of more) end("answered");
    expect(bench.takesCalls).toBe(true);
    for (const end of quiet) end("failed");
    expect(bench.takesCalls).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer when its endpoint is gone", () => {
    const bench = new Bench({ consecutiveFailures: 1 });
    bench.fails(1);
    expect(vi.getTimerCount()).toBe(1);
    bench.guard.stop!();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("in a channel", () => {
  const breaking = (warn = vi.fn()): Promise<Fleet> => {
    const guards = [circuitBreaker({ consecutiveFailures: 2, probes: 1 })];
    return readyFleetWith({ guards, logger: { warn, error: warn } }, "a", "b");
  };
  const callAll = async (all: Fleet, count: number): Promise<string[]> => {
    const ends: string[] = [];
    for (let i = 0; i < count; i++) ends.push(await all.call().catch(() => "failed"));
    return ends;
  };

  it("an endpoint is left out, said so, tried, and taken in again", async () => {
    const warn = vi.fn();
    const all = await breaking(warn);
    all.at("a").script = failing("INTERNAL", "yes");
    expect(await callAll(all, 7)).toEqual(["failed", "b", "failed", "b", "b", "b", "b"]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "an endpoint is left out: its circuit is open for 5000 ms: 2 of its calls failed in a row",
      { endpoint: endpoint("a") },
    );
    vi.advanceTimersByTime(5_000);
    expect((await callAll(all, 6)).sort()).toEqual(["b", "b", "b", "b", "b", "failed"]);
    all.at("a").script = undefined;
    vi.advanceTimersByTime(10_000);
    expect((await callAll(all, 6)).filter((name) => name === "a")).toHaveLength(3);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it("no more calls than are to try it go there at once", async () => {
    const all = await breaking();
    all.at("a").script = failing("INTERNAL", "yes");
    await callAll(all, 4);
    vi.advanceTimersByTime(5_000);
    let answer!: (text: string) => void;
    all.at("a").script = () => new Promise((resolve) => (answer = resolve));
    const before = all.at("a").calls.length;
    const calls = Array.from({ length: 10 }, () => all.call());
    expect(all.at("a").calls.length - before).toBe(1);
    answer("a");
    expect((await Promise.all(calls)).filter((name) => name === "a")).toHaveLength(1);
  });

  it("calls that are bound to it go there in any case", async () => {
    const all = await breaking();
    all.at("a").script = failing("INTERNAL", "yes");
    await callAll(all, 4);
    all.at("a").script = undefined;
    const attempt = boundAttempt(0, { endpoint: "a", address: "tcp://a:1" });
    expect(await all.call({ attempt })).toBe("a");
    expect(await callAll(all, 2)).toEqual(["b", "b"]);
  });

  it("all take calls where all would be left out", async () => {
    const all = await breaking();
    for (const id of ["a", "b"]) all.at(id).script = failing("INTERNAL", "yes");
    await callAll(all, 4);
    for (const id of ["a", "b"]) all.at(id).script = undefined;
    expect((await callAll(all, 4)).sort()).toEqual(["a", "a", "b", "b"]);
  });

  it("costs nothing where it is not asked for", async () => {
    const all = await readyFleetWith({}, "a");
    all.at("a").script = failing("INTERNAL", "yes");
    await callAll(all, 20);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([
  [{ consecutiveFailures: 0 }, "consecutiveFailures is 0"],
  [{ failurePercent: 0 }, "failurePercent is 0: it takes a number above 0, up to 100"],
  [{ failurePercent: 101 }, "failurePercent is 101"],
  [{ window: 0 }, "window is 0"],
  [{ minCalls: 0.5 }, "minCalls is 0.5"],
  [{ openTime: -1 }, "openTime is -1"],
  [{ maxOpenTime: Number.NaN }, "maxOpenTime is NaN"],
  [{ probes: 0 }, "probes is 0"],
])("%o is refused", (options, message) => {
  expect(() => circuitBreaker(options)).toThrow(message);
});

test("the part that failed is that of the last window, by tenths", () => {
  const rate = new FailureRate(1_000);
  for (let time = 0; time < 1_000; time += 100) rate.record(time < 500, time);
  expect([rate.calls, rate.percent]).toEqual([10, 50]);
  rate.record(false, 1_250);
  expect([rate.calls, rate.percent]).toEqual([8, 25]);
  rate.record(true, 9_000_000);
  expect([rate.calls, rate.percent]).toEqual([1, 100]);
  rate.forget();
  expect(rate.calls).toBe(0);
});
