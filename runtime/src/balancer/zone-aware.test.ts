import { describe, expect, test } from "vitest";
import { Bench, candidate, type FakeCandidate } from "./candidates.fixture.ts";
import type { Outcome } from "./balancer.ts";
import { leastInFlight } from "./least-in-flight.ts";
import { roundRobin } from "./round-robin.ts";
import { zoneAware } from "./zone-aware.ts";

function fleet(...zones: (string | undefined)[]): FakeCandidate[] {
  return zones.map((zone, i) => candidate(`${i}`, { zone }));
}

const inTurn = (capacity: number): Bench =>
  new Bench(zoneAware("a", { balancer: roundRobin(), capacity }), () => 0);

describe("zone aware", () => {
  test("calls stay in the zone", () => {
    expect(inTurn(10).picks(fleet("b", "a", undefined, "a"), 6)).toEqual([1, 3, 1, 3, 1, 3]);
  });

  test("what is more than it has room for goes to others, and comes back when there is room", () => {
    const bench = inTurn(2);
    const list = fleet("a", "b", "a", "c");
    const begin = (): number => {
      const index = bench.pick(list);
      list[index]!.inFlight++;
      return index;
    };
    expect(Array.from({ length: 8 }, begin)).toEqual([0, 2, 0, 2, 1, 3, 1, 3]);
    // Nobody has room: near is better.
    expect(begin()).toBe(0);
    for (const each of list) each.inFlight = 0;
    expect(Array.from({ length: 5 }, begin).sort()).not.toContain(4);
    expect(list[0]!.inFlight + list[2]!.inFlight).toBe(4);
  });

  test("room grows with weight, and shrinks with who is not ready", () => {
    const bench = inTurn(1);
    const heavy = candidate("heavy", { zone: "a", weight: 3 });
    const far = candidate("far", { zone: "b" });
    const all = [heavy, far];
    for (let i = 0; i < 4; i++) all[bench.pick(all)]!.inFlight++;
    expect(heavy.inFlight).toBe(3);
    expect(far.inFlight).toBe(1);
    expect(bench.pick([far])).toBe(0);
  });

  test("a further attempt leaves the zone when it has been to all of it", () => {
    const bench = inTurn(10);
    const list = fleet("a", "b", "b");
    expect(bench.pick(list, undefined, list.slice(1))).toBe(0);
    expect(bench.pick(list, undefined, list.slice(0, 2))).toBe(0);
  });

  test("who spreads within a zone is told how its calls ended", () => {
    const bench = new Bench(zoneAware("a", { balancer: leastInFlight() }), () => 0);
    const list = fleet("a", "a", "b");
    for (const each of list) each.inFlight = 5;
    expect(bench.picks(list, 2)).toEqual([0, 1]);
    list[1]!.inFlight = 4;
    bench.done(list[1]!, 1);
    expect(bench.pick(list)).toBe(1);
  });

  test("leaves a zone whose calls fail, but for one in twenty, and comes back when that was long ago", () => {
    const bench = new Bench(zoneAware("a", { balancer: roundRobin() }));
    const list = fleet("a", "a", "b", "c");
    const near = (calls: number): number => {
      let count = 0;
      for (let i = 0; i < calls; i++) {
        const index = bench.pick(list);
        if (index < 2) count++;
        bench.time += 10;
        bench.done(list[index]!, 10, index < 2 ? outcome : "answered");
      }
      return count;
    };
    let outcome: Outcome = "failed";
    expect(near(20)).toBeLessThan(16);
    const lost = near(1_000);
    expect(lost).toBeGreaterThan(20);
    expect(lost).toBeLessThan(150);
    outcome = "answered";
    near(2_000);
    expect(near(1_000)).toBe(1_000);
  });

  test("stays where calls fail everywhere alike, and where callers give up", () => {
    const list = fleet("a", "a", "b", "c");
    for (const outcome of ["failed", "cancelled"] as const) {
      const bench = new Bench(zoneAware("a", { balancer: roundRobin() }));
      for (let i = 0; i < 20; i++) for (const each of list) bench.done(each, 10, outcome);
      const far = bench.picks(list, 200).filter((index) => index > 1);
      expect(far).toEqual([]);
    }
  });

  test.each([0, -1, Number.NaN])("a capacity of %s is refused", (capacity) => {
    expect(() => zoneAware("a", { capacity })).toThrow(`capacity is ${capacity}: it takes a number above 0`);
  });
});
