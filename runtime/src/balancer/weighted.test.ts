import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bench, candidate, candidates, seeded, these, withWeights } from "./candidates.fixture.ts";
import { leastInFlight } from "./least-in-flight.ts";
import { MinTree } from "./min-tree.ts";
import { p2c } from "./p2c.ts";
import { weightOf } from "./weight.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";
import { anotherThan, WeightedDraw } from "./weighted-draw.ts";

describe("weights", () => {
  test.each([
    [undefined, 1],
    [3, 3],
    [0.5, 0.5],
    [0, 1],
    [-2, 1],
    [Number.NaN, 1],
    [Infinity, 1e6],
    [1e-300, 1e-6],
  ])("%s counts as %s", (weight, counts) => {
    expect(weightOf(candidate("a", { weight }))).toBe(counts);
  });

  test("are drawn as often as they say", () => {
    const draw = new WeightedDraw(withWeights(1, 2, 5));
    const random = seeded(5);
    const counts = [0, 0, 0];
    for (let i = 0; i < 8_000; i++) counts[draw.draw(random)]!++;
    expect(counts[0]).toBeCloseTo(1_000, -2.5);
    expect(counts[1]).toBeCloseTo(2_000, -2.5);
    expect(counts[2]).toBeCloseTo(5_000, -2.5);
  });

  test("fill every column of the table to the same height", () => {
    const weights = fc.array(fc.double({ min: 0.001, max: 1_000, noNaN: true }), {
      minLength: 1,
      maxLength: 30,
    });
    const property = (given: number[]): void => {
      const draw = new WeightedDraw(withWeights(...given));
      const fine = 200;
      const counts = given.map(() => 0);
      const steps = given.length * fine;
      for (let i = 0; i < steps; i++) counts[draw.draw(() => (i + 0.5) / steps)]!++;
      const total = given.reduce((sum, each) => sum + each, 0);
      for (const [i, count] of counts.entries()) {
        // Each of at most all columns may be off by a step.
        expect(Math.abs(count - (given[i]! / total) * steps)).toBeLessThanOrEqual(given.length + 1);
      }
    };
    fc.assert(fc.property(weights, property), { numRuns: 100 });
  });

  test("another one is any but the first", () => {
    expect([0, 0.34, 0.67, 0.99].map((number) => anotherThan(1, 4, () => number))).toEqual([0, 2, 3, 3]);
  });
});

describe("the tree", () => {
  test("knows the least after each change", () => {
    const change = fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }));
    const property = (size: number, changes: [number, number, number][]): void => {
      const tree = new MinTree(size);
      const values = Array.from({ length: size }, () => [0, 0] as [number, number]);
      for (const [at, first, second] of changes) {
        tree.set(at % size, first, second);
        values[at % size] = [first, second];
        const least = [...values].sort((a, b) => a[0] - b[0] || a[1] - b[1])[0];
        expect(values[tree.least]).toEqual(least);
      }
    };
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.array(change), property));
  });
});

describe("weighted round robin", () => {
  test("gives each its turns at even distances", () => {
    // The starts: 0.1, 0.3 and 0.7 of what lies between two turns.
    const bench = new Bench(weightedRoundRobin(), these(0.1, 0.3, 0.7));
    const list = withWeights(2, 1, 1);
    expect(bench.picks(list, 12).join("")).toBe("010201020102");
  });

  test("is exact over a round, whatever the weights", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    const property = (given: number[]): void => {
      const total = given.reduce((sum, each) => sum + each, 0);
      const counts = new Bench(weightedRoundRobin()).spread(withWeights(...given), 10 * total);
      for (const [i, count] of counts.entries())
        expect(Math.abs(count - 10 * given[i]!)).toBeLessThanOrEqual(1);
    };
    fc.assert(fc.property(weights, property));
  });

  test("who stays keeps its turn when others come and go", () => {
    const bench = new Bench(weightedRoundRobin(), seeded(2));
    const [a, b, c] = candidates(3) as [
      ReturnType<typeof candidate>,
      ReturnType<typeof candidate>,
      ReturnType<typeof candidate>,
    ];
    const counts = new Map([a, b, c].map((each) => [each, 0]));
    for (let i = 0; i < 600; i++) {
      const list = i % 2 === 0 ? [a, b, c] : [c, a, b];
      const picked = list[bench.pick(list)]!;
      counts.set(picked, counts.get(picked)! + 1);
    }
    expect([...counts.values()]).toEqual([200, 200, 200]);
  });

  test("a newcomer has no turns to catch up with", () => {
    const bench = new Bench(weightedRoundRobin());
    const [a, b] = [candidate("a"), candidate("b")];
    bench.spread([a], 1_000);
    expect(bench.spread([a, b], 100)).toEqual([50, 50]);
  });

  test("nor has one that was away", () => {
    const bench = new Bench(weightedRoundRobin());
    const [a, b] = [candidate("a"), candidate("b")];
    bench.spread([a, b], 10);
    bench.spread([a], 1_000);
    const counts = bench.spread([a, b], 100);
    for (const count of counts) expect(Math.abs(count - 50)).toBeLessThanOrEqual(1);
  });

  test("a new weight counts at once", () => {
    const bench = new Bench(weightedRoundRobin());
    const [a, b] = [candidate("a", { weight: 0.001 }), candidate("b")];
    bench.spread([a, b], 10);
    const heavier = { ...a, endpoint: { ...a.endpoint, weight: 3 } };
    expect(bench.spread([heavier, b], 400)).toEqual([300, 100]);
  });

  test("a turn in a list of fewer counts", () => {
    const bench = new Bench(weightedRoundRobin(), () => 0);
    const list = candidates(3);
    expect(bench.pick(list)).toBe(0);
    expect(bench.pick(list, undefined, [list[1]!])).toBe(0);
    expect(bench.picks(list, 4)).toEqual([2, 0, 1, 2]);
  });
});

describe("least in flight", () => {
  test("takes who has the fewest, and of several who was picked longest ago", () => {
    const bench = new Bench(leastInFlight(), () => 0);
    const list = candidates(3);
    expect(bench.picks(list, 3)).toEqual([0, 1, 2]);
    for (const [i, each] of list.entries()) each.inFlight = [3, 1, 2][i]!;
    for (const each of list) bench.done(each, 1);
    expect(bench.pick(list)).toBe(1);
    list[1]!.inFlight = 2;
    expect(bench.pick(list)).toBe(2);
  });

  test("counts calls per weight", () => {
    const bench = new Bench(leastInFlight());
    const list = withWeights(1, 3);
    for (let i = 0; i < 40; i++) list[bench.pick(list)]!.inFlight++;
    expect(list.map(({ inFlight }) => inFlight)).toEqual([10, 30]);
  });

  test("goes on with whose turn it is when others come and go", () => {
    const bench = new Bench(leastInFlight(), () => 0);
    const list = candidates(6);
    expect(bench.picks(list, 2)).toEqual([0, 1]);
    expect(bench.picks(list.slice(0, 5), 2)).toEqual([2, 3]);
    expect(bench.pick([...list.slice(0, 5)])).toBe(4);
  });

  test("callers do not all begin with the same one, nor with a new one", () => {
    const numbers = seeded(2);
    const [firsts, joined] = [candidates(5).map(() => 0), candidates(5).map(() => 0)];
    for (let caller = 0; caller < 500; caller++) {
      const bench = new Bench(leastInFlight(), numbers);
      const old = candidates(4);
      firsts[bench.pick(old)]!++;
      bench.picks(old, 99);
      joined[bench.pick([...old, candidate("new")])]!++;
    }
    for (const count of firsts.slice(0, 4)) expect(count).toBeGreaterThan(90);
    expect(joined[4]).toBeGreaterThan(0);
    expect(joined[4]).toBeLessThan(160);
  });

  test("comes to know of streams that begin and end", () => {
    const bench = new Bench(leastInFlight());
    const list = candidates(4);
    bench.pick(list);
    for (const each of list) each.inFlight = 9;
    list[3]!.inFlight = 8;
    expect(bench.pick(list)).toBe(3);
    list[1]!.inFlight = 50;
    bench.picks(list, 8);
    list[1]!.inFlight = 0;
    expect(bench.picks(list, 4)).toContain(1);
  });

  test("keeps to a list of fewer", () => {
    const bench = new Bench(leastInFlight());
    const list = candidates(4);
    list[2]!.inFlight = 1;
    expect(bench.pick(list, undefined, [list[2]!, list[3]!])).toBe(1);
    expect(bench.pick(list, undefined, [list[2]!])).toBe(0);
  });
});

describe("the power of two choices", () => {
  test("takes the less busy of two", () => {
    const list = candidates(3);
    list[0]!.inFlight = 2;
    list[1]!.inFlight = 1;
    const pick = (...numbers: number[]): number => new Bench(p2c(), these(...numbers)).pick(list);
    // Of the first and another: the second number leaves out the first.
    expect(pick(0, 0)).toBe(1);
    expect(pick(0, 0.9)).toBe(2);
    expect(pick(0.5, 0)).toBe(1);
    expect(pick(0.9, 0)).toBe(2);
  });

  test("counts calls per weight, and keeps to weights exactly while nobody is busy", () => {
    const list = withWeights(1, 3);
    const [light, heavy] = new Bench(p2c()).spread(list, 8_000);
    expect(light).toBeGreaterThan(1_800);
    expect(light! + heavy!).toBe(8_000);
    expect(light).toBeLessThan(2_200);
    list[0]!.inFlight = 2;
    list[1]!.inFlight = 5;
    expect(new Bench(p2c(), these(0.1, 0)).pick(list)).toBe(1);
  });

  test("takes what servers say of themselves into account, where both do", () => {
    const list = candidates(2);
    list[0]!.load = 0.8;
    const first = (): number => new Bench(p2c(), these(0, 0)).pick(list);
    expect(first()).toBe(0);
    list[1]!.load = 0.2;
    expect(first()).toBe(1);
    list[1]!.inFlight = 2;
    expect(first()).toBe(1);
    list[1]!.inFlight = 4;
    expect(first()).toBe(0);
    [list[0]!.load, list[1]!.load] = [5, 1];
    list[1]!.inFlight = 0;
    expect(first()).toBe(0);
  });

  test("of two choices the busiest has far fewer than of one", () => {
    const list = candidates(1_000);
    const bench = new Bench(p2c(), seeded(11));
    for (let i = 0; i < 1_000; i++) list[bench.pick(list)]!.inFlight++;
    // log log n / log 2 + O(1); of one choice it is some 6.
    expect(Math.max(...list.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(4);
  });
});
