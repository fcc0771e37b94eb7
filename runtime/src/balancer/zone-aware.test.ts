import { describe, expect, test } from "vitest";
import { Bench, candidate, type FakeCandidate } from "./candidates.fixture.ts";
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
    const bench = new Bench(zoneAware("a", { balancer: leastInFlight() }));
    const list = fleet("a", "a", "b");
    for (const each of list) each.inFlight = 5;
    expect(bench.picks(list, 2)).toEqual([0, 1]);
    list[1]!.inFlight = 4;
    bench.done(list[1]!, 1);
    expect(bench.pick(list)).toBe(1);
    expect(inTurn(1).picker).not.toHaveProperty("done");
  });

  test.each([0, -1, Number.NaN])("a capacity of %s is refused", (capacity) => {
    expect(() => zoneAware("a", { capacity })).toThrow(`capacity is ${capacity}: it takes a number above 0`);
  });
});
