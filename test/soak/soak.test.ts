import { describe, expect, it } from "vitest";
import { findings } from "./findings.ts";
import { judge } from "./oracle.ts";
import { nextPlan } from "./plan.ts";
import { Random } from "./random.ts";
import type { Outcome } from "./record.ts";
import { stormOf } from "./schedule.ts";
import { soak } from "./soak.ts";
import { timeStalled } from "./stalls.ts";

const fleet = { servers: 3, callers: 2 };

describe("a seed", () => {
  it("makes the same faults and the same calls again, and another seed others", () => {
    const plans = (seed: string): unknown => {
      const random = new Random(seed);
      return Array.from({ length: 100 }, (_, i) => nextPlan(random, `call-${i}`));
    };
    expect(stormOf("a", 60_000, fleet)).toEqual(stormOf("a", 60_000, fleet));
    expect(stormOf("a", 60_000, fleet)).not.toEqual(stormOf("b", 60_000, fleet));
    expect(plans("a")).toEqual(plans("a"));
    expect(plans("a")).not.toEqual(plans("b"));
  });

  it("makes faults of every kind within a minute", () => {
    expect(new Set(stormOf("a", 60_000, fleet).map(({ kind }) => kind)).size).toBe(9);
  });
});

describe("the oracle", () => {
  const answered: Outcome = {
    ...{ id: "a", kind: "one", began: 0, ended: 10 },
    ...{ end: "answered", late: -100, isTight: false },
  };
  const failed = { end: "failed", code: "UNAVAILABLE" } as const;
  const judged = (outcome: Partial<Outcome>, runs: readonly string[], isCalm = false): string[] =>
    judge({ outcomes: [{ ...answered, ...outcome }], runs, isCalm: () => isCalm }).violations.map(
      (text) => text.split(":")[0]!,
    );

  it.each<readonly [string, Partial<Outcome>, readonly string[], readonly string[]]>([
    ["a wrong answer", { end: "wrong", text: "the answer of b" }, ["a"], ["WRONG"]],
    ["an answer of a call that never ran", {}, ["b"], ["NEVER RAN"]],
    ["an answer of a call that ran twice", {}, ["a", "a"], ["RAN TWICE"]],
    ["a call that settles late", { late: 5_000 }, ["a"], ["LATE"]],
    ["a call that is said not to be sent, and ran", { ...failed, sent: "no" }, ["a"], ["RAN UNSENT"]],
    ["a call that is said to have run, and did not", { ...failed, sent: "yes" }, [], ["NEVER RAN"]],
    ["an answer", {}, ["a"], []],
    ["a call that may have run", { ...failed, sent: "maybe" }, ["a"], []],
    ["a call that may have run, and did not", { ...failed, sent: "maybe" }, [], []],
  ])("knows %s", (_what, outcome, runs, expected) => {
    expect(judged(outcome, runs)).toEqual(expected);
  });

  it("takes no loss where there is no fault, but for deadlines that are near", () => {
    expect(judged({ ...failed, sent: "maybe" }, [], true)).toEqual(["LOST WITHOUT A FAULT"]);
    expect(judged({ ...failed, sent: "no" }, [], true)).toEqual(["LOST WITHOUT A FAULT"]);
    const expired = { end: "failed", code: "DEADLINE_EXCEEDED", sent: "maybe" } as const;
    expect(judged(expired, [], true)).toEqual(["LOST WITHOUT A FAULT"]);
    expect(judged({ ...expired, isTight: true }, [], true)).toEqual([]);
  });

  it("counts the time in which any process stood still once", () => {
    const stalls = [
      { from: 40, to: 60, processor: 0 },
      { from: 0, to: 20, processor: 0 },
      { from: 45, to: 50, processor: 0 },
      { from: 55, to: 70, processor: 0 },
    ];
    expect(timeStalled(stalls, 10, 65)).toBe(10 + 25);
    expect(timeStalled(stalls, 20, 40)).toBe(0);
  });

  it("counts what processes keep", () => {
    const rest = { bytes: 0, peak: 0, connections: 0, pending: 0, handles: "{}", handlesBefore: "{}" };
    const found = (change: object): number =>
      findings({ violations: [], rests: [{ ...rest, ...change }], reregistered: 0 }).length;
    expect(found({})).toBe(0);
    expect(findings({ violations: [], rests: [], reregistered: 4_000 })).toHaveLength(1);
    for (const change of [{ bytes: 1e9 }, { connections: 1 }, { pending: 1 }, { handles: "{1}" }])
      expect(found(change)).toBe(1);
  });
});

it("a fleet of twenty servers under faults gives no wrong answer, runs nothing twice, settles in time and keeps nothing", async () => {
  const report = await soak({
    ...{ seed: "short", registry: "embedded", restarts: 2_500, outage: 1_500, storm: 4_000, calm: 500 },
    ...{ servers: 20, callers: 2, atOnce: 12 },
  });
  expect(findings(report)).toEqual([]);
  expect(report.counts["answered"]).toBeGreaterThan(200);
  expect(report.counts["calls without a fault"]).toBeGreaterThan(50);
}, 300_000);
