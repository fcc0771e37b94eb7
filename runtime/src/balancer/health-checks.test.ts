import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { CallOptions } from "../call-options.ts";
import { RpcError } from "../errors.ts";
import { enclosingCall, runInside } from "../propagation.ts";
import { candidate } from "./candidates.fixture.ts";
import type { EndpointGuard, GuardedEndpoint } from "./guard.ts";
import { type HealthCheck, type HealthCheckOptions, healthChecks } from "./health-checks.ts";
import {
  callMany,
  endpoint,
  get,
  readyFleetWith,
  remove,
  Scripted,
  settled,
} from "./scripted-fleet.fixture.ts";

vi.mock("../clock.ts", () => ({ now: () => performance.now() }));
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const ill = (): Promise<never> => Promise.reject(new RpcError("UNAVAILABLE", "its database is away"));
const well = (): Promise<void> => Promise.resolve();

/** One endpoint's checks, the first at once, and what they report. */
class Bench {
  check: HealthCheck = well;
  checks = 0;
  connected = true;
  random = 0;
  readonly changes: (string | undefined)[] = [];
  readonly channel = new Scripted("a");
  readonly guard: EndpointGuard;

  constructor(options: HealthCheckOptions = {}, random = 0) {
    this.random = random;
    const isConnected = (): boolean => this.connected;
    const guarded: GuardedEndpoint = {
      candidate: candidate("a"),
      channel: this.channel,
      get connected() {
        return isConnected();
      },
      random: () => this.random,
      changed: (reason) => void this.changes.push(reason),
    };
    const check: HealthCheck = (channel, options) => {
      this.checks++;
      return this.check(channel, options);
    };
    this.guard = healthChecks(check, options).guard(guarded);
    // In the middle: an interval is what it says.
    this.random = 0.5;
  }
}

describe("an endpoint", () => {
  it("is left out after so many checks that fail, and back after so many that succeed", async () => {
    const bench = new Bench({ interval: 1_000, unhealthyThreshold: 3, healthyThreshold: 2 });
    bench.check = ill;
    await pass(1);
    await pass(1_000);
    expect([bench.checks, bench.guard.mayTakeCalls]).toEqual([2, true]);
    await pass(1_000);
    expect([bench.checks, bench.guard.mayTakeCalls]).toEqual([3, false]);
    expect(bench.changes).toEqual(["its health checks fail: its database is away"]);
    bench.check = well;
    await pass(1_000);
    bench.check = ill;
    await pass(1_000);
    bench.check = well;
    await pass(1_000);
    expect(bench.guard.mayTakeCalls).toBe(false);
    await pass(1_000);
    expect(bench.guard.mayTakeCalls).toBe(true);
    expect(bench.changes).toHaveLength(2);
    bench.guard.stop!();
  });

  it("is asked with a timeout, which ends the check also where it does not listen", async () => {
    const bench = new Bench({ interval: 1_000, timeout: 300, unhealthyThreshold: 1 });
    let options: CallOptions | undefined;
    bench.check = (channel, given) => {
      expect(channel).toBe(bench.channel);
      options = given;
      return new Promise(() => {});
    };
    await pass(299);
    expect(bench.guard.mayTakeCalls).toBe(true);
    await pass(2);
    expect(bench.changes).toEqual(["its health checks fail: no answer within 300 ms (option timeout)"]);
    expect(options?.timeout).toBe(300);
    bench.guard.stop!();
    expect(options?.signal?.aborted).toBe(true);
  });

  it("is left out by a check that throws", async () => {
    const bench = new Bench({ unhealthyThreshold: 1 });
    bench.check = () => {
      throw new Error("a bug");
    };
    await pass(1);
    expect(bench.changes).toEqual(["its health checks fail: a bug"]);
    bench.guard.stop!();
  });

  it("is first asked at any time of an interval, then at intervals that a fifth is added to or taken from", async () => {
    const bench = new Bench({ interval: 1_000 }, 0.7);
    await pass(699);
    expect(bench.checks).toBe(0);
    bench.random = 0;
    await pass(1);
    expect(bench.checks).toBe(1);
    bench.random = 0.999;
    await pass(800);
    expect(bench.checks).toBe(2);
    await pass(1_198);
    expect(bench.checks).toBe(2);
    await pass(1);
    expect(bench.checks).toBe(3);
    bench.guard.stop!();
  });

  it("is not asked while it is not connected, and counts as healthy again", async () => {
    const bench = new Bench({ interval: 1_000, unhealthyThreshold: 1 });
    bench.check = ill;
    await pass(1);
    expect(bench.guard.mayTakeCalls).toBe(false);
    bench.connected = false;
    await pass(3_000);
    expect(bench.checks).toBe(1);
    expect(bench.guard.mayTakeCalls).toBe(true);
    expect(bench.changes).toHaveLength(2);
    bench.guard.stop!();
  });

  it("is asked no more once it is gone, and leaves no timer", async () => {
    const bench = new Bench({ interval: 1_000, unhealthyThreshold: 1 });
    let fail!: (error: Error) => void;
    bench.check = () => new Promise((_resolve, reject) => (fail = reject));
    await pass(1);
    bench.guard.stop!();
    fail(new Error("cancelled"));
    await pass(5_000);
    expect([bench.checks, bench.changes, vi.getTimerCount()]).toEqual([1, [], 0]);
  });
});

describe("in a channel", () => {
  it("calls go elsewhere, until all would be left out", async () => {
    const warn = vi.fn();
    const sick = new Set<unknown>();
    const guards = [
      healthChecks((channel) => (sick.has(channel) ? ill() : well()), { unhealthyThreshold: 1 }),
    ];
    const all = await readyFleetWith({ guards, logger: { warn, error: warn } }, "a", "b");
    sick.add(all.at("a"));
    await pass(10_000);
    expect(await callMany(all, 3)).toEqual(["b", "b", "b"]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "an endpoint is left out: its health checks fail: its database is away",
      { endpoint: endpoint("a") },
    );
    sick.add(all.at("b"));
    await pass(20_000);
    expect((await callMany(all, 2)).sort()).toEqual(["a", "b"]);
    sick.clear();
    await pass(20_000);
    expect((await callMany(all, 2)).sort()).toEqual(["a", "b"]);
  });

  it("go straight to the endpoint, belong to no call, and hold up no end", async () => {
    let enclosing: unknown = "none";
    const guards = [
      healthChecks((channel, options) => {
        enclosing = enclosingCall();
        return channel.unary(get, "", options);
      }),
    ];
    const caller = { deadline: 5, signal: new AbortController().signal };
    const all = await runInside(caller, () => readyFleetWith({ guards }, "a", "b"));
    all.at("b").script = ({ signal } = {}) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener("abort", () => reject(new RpcError("CANCELLED", "given up"))),
      );
    await pass(1);
    expect(all.at("a").calls).toHaveLength(1);
    expect(enclosing).toBeUndefined();
    await all.resolver.say(remove("b"));
    await settled();
    expect(all.at("b").closed).toBe(true);
    await all.channel.close();
    // Deadlines have a timer for all of them, which may still be armed for one that is over.
    await pass(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([
  [{ interval: 0 }, "interval is 0"],
  [{ timeout: -1 }, "timeout is -1"],
  [{ unhealthyThreshold: 0 }, "unhealthyThreshold is 0"],
  [{ healthyThreshold: 1.5 }, "healthyThreshold is 1.5"],
])("%o is refused", (options, message) => {
  expect(() => healthChecks(well, options)).toThrow(message);
});
