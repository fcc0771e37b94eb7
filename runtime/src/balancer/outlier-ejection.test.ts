import { describe, expect, test } from "vitest";
import { candidates, type FakeCandidate } from "./candidates.fixture.ts";
import { OutlierEjection } from "./outlier-ejection.ts";
import { type OutlierEjectionOptions, outlierRules } from "./outlier-options.ts";
import { outcomeOf } from "./outcome.ts";
import { RpcError } from "../errors.ts";

const interval = 10_000;

class Fleet {
  readonly all: FakeCandidate[];
  readonly ejection: OutlierEjection;
  time = 0;

  constructor(count: number, options: OutlierEjectionOptions = {}) {
    this.all = candidates(count);
    this.ejection = new OutlierEjection(outlierRules(options), 0);
  }

  /** An interval in which so many of 100 calls fail. @param failing - by endpoint; others have no failures */
  pass(
    failing: Readonly<Record<number, number>>,
    calls = 100,
  ): { ejected: number[]; returned: number[]; ms: number[] } {
    for (const [i, each] of this.all.entries()) {
      if (this.ejection.isEjected(each)) continue;
      for (let call = 0; call < calls; call++)
        this.ejection.record(each, call < (failing[i] ?? 0) ? "failed" : "answered");
    }
    this.time += interval;
    const { ejected, returned } = this.ejection.sweep(this.all, this.time);
    const places = (some: readonly unknown[]): number[] =>
      some.map((each) => this.all.indexOf(each as FakeCandidate));
    return {
      ejected: places(ejected.map(({ candidate }) => candidate)),
      returned: places(returned),
      ms: ejected.map(({ ms }) => ms),
    };
  }
}

const successAlone = { failurePercentage: false } as const;
const failureAlone = { successRate: false } as const;

describe("success rate", () => {
  test("ejects who is more than 1.9 deviations below the others", () => {
    const fleet = new Fleet(10, successAlone);
    expect(fleet.pass({ 3: 30 })).toEqual({ ejected: [3], returned: [], ms: [30_000] });
    expect(fleet.ejection.isEjected(fleet.all[3]!)).toBe(true);
    expect(fleet.ejection.isEjected(fleet.all[4]!)).toBe(false);
  });

  test("ejects nobody while all fail alike, or a half of them", () => {
    expect(
      new Fleet(10, successAlone).pass(Object.fromEntries([...Array(10).keys()].map((i) => [i, 90]))).ejected,
    ).toEqual([]);
    expect(new Fleet(10, successAlone).pass({ 0: 90, 1: 90, 2: 90, 3: 90, 4: 90 }).ejected).toEqual([]);
  });

  test("needs five endpoints with a hundred calls each", () => {
    expect(new Fleet(4, { ...successAlone, maxPercent: 100 }).pass({ 0: 100 }).ejected).toEqual([]);
    expect(new Fleet(5, successAlone).pass({ 0: 99 }, 99).ejected).toEqual([]);
    expect(new Fleet(5, successAlone).pass({ 0: 100 }).ejected).toEqual([0]);
  });

  test("goes by the deviations that are asked for", () => {
    const fleet = new Fleet(5, { ...successAlone, successRate: { deviations: 2.1 } });
    expect(fleet.pass({ 0: 100 }).ejected).toEqual([]);
  });
});

describe("failure percentage", () => {
  test("ejects who fails in more than 85 % of fifty calls", () => {
    const fleet = new Fleet(5, failureAlone);
    expect(fleet.pass({ 0: 85 }).ejected).toEqual([]);
    expect(fleet.pass({ 0: 86 }).ejected).toEqual([0]);
    expect(new Fleet(5, failureAlone).pass({ 0: 49 }, 49).ejected).toEqual([]);
    expect(new Fleet(5, failureAlone).pass({ 0: 50 }, 50).ejected).toEqual([0]);
  });

  test("needs five endpoints", () => {
    expect(new Fleet(4, failureAlone).pass({ 0: 100 }).ejected).toEqual([]);
  });
});

describe("ejection", () => {
  test("ends after its time, and each further one is longer, up to 300 s", () => {
    const fleet = new Fleet(10);
    const times: number[] = [];
    for (let sweep = 0; times.length < 12; sweep++) {
      const began = fleet.time;
      const { ms } = fleet.pass({ 0: 100 });
      if (ms.length === 0) throw new Error("it was not ejected");
      times.push(ms[0]!);
      while (fleet.ejection.isEjected(fleet.all[0]!)) fleet.pass({});
      expect(fleet.time - began - interval).toBe(ms[0]! + interval);
    }
    expect(times).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300].map((s) => s * 1_000));
  });

  test("counts less with each interval that goes well", () => {
    const fleet = new Fleet(10);
    for (let i = 0; i < 2; i++) {
      fleet.pass({ 0: 100 });
      while (fleet.ejection.isEjected(fleet.all[0]!)) fleet.pass({});
    }
    fleet.pass({});
    expect(fleet.pass({ 0: 100 }).ms).toEqual([60_000]);
  });

  test("leaves out a tenth, and one in any case", () => {
    const failing = { 0: 100, 1: 100, 2: 100 };
    expect(new Fleet(5, failureAlone).pass(failing).ejected).toEqual([0]);
    expect(new Fleet(19, failureAlone).pass(failing).ejected).toEqual([0]);
    expect(new Fleet(20, failureAlone).pass(failing).ejected).toEqual([0, 1]);
    expect(new Fleet(10, { ...failureAlone, maxPercent: 25 }).pass(failing).ejected).toEqual([0, 1]);
    const fleet = new Fleet(10, failureAlone);
    fleet.pass({ 0: 100 });
    expect(fleet.pass({ 1: 100 }).ejected).toEqual([]);
  });

  test("looks once in an interval, at the calls of that interval", () => {
    const { ejection } = new Fleet(5);
    expect([0, 9_999, 10_000].map((time) => ejection.isDue(time))).toEqual([false, false, true]);
    const fleet = new Fleet(5, failureAlone);
    fleet.pass({ 0: 40 }, 40);
    expect(fleet.pass({ 0: 40 }, 40).ejected).toEqual([]);
  });

  test("forgets who is gone, and calls that nobody waited for", () => {
    const fleet = new Fleet(6, failureAlone);
    fleet.pass({ 5: 100 });
    const [gone] = fleet.all.splice(5);
    fleet.pass({});
    expect(fleet.ejection.isEjected(gone!)).toBe(false);
    for (let i = 0; i < 100; i++) fleet.ejection.record(fleet.all[0]!, "cancelled");
    expect(fleet.pass({}, 0).ejected).toEqual([]);
  });
});

test.each([
  ["UNAVAILABLE", "failed"],
  ["DEADLINE_EXCEEDED", "failed"],
  ["INTERNAL", "failed"],
  ["RESOURCE_EXHAUSTED", "failed"],
  ["UNIMPLEMENTED", "failed"],
  ["NOT_FOUND", "answered"],
  ["INVALID_ARGUMENT", "answered"],
  ["CANCELLED", "cancelled"],
] as const)("%s counts as %s", (code, outcome) => {
  expect(outcomeOf(new RpcError(code, "x"))).toBe(outcome);
});

test.each([
  [{ interval: 0 }, "interval is 0"],
  [{ baseTime: -1 }, "baseTime is -1"],
  [{ maxTime: Number.NaN }, "maxTime is NaN"],
  [{ maxPercent: 101 }, "maxPercent is 101: it takes a number from 0 to 100"],
  [{ successRate: { deviations: 0 } }, "deviations is 0: it takes a number above 0"],
  [{ successRate: { minCalls: 0 } }, "minCalls is 0: it takes an integer above 0"],
  [{ failurePercentage: { threshold: -1 } }, "threshold is -1"],
  [{ failurePercentage: { minEndpoints: 1.5 } }, "minEndpoints is 1.5"],
])("%o is refused", (options, message) => {
  expect(() => outlierRules(options)).toThrow(message);
});
