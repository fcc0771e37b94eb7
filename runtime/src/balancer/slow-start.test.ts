import { describe, expect, test } from "vitest";
import { Bench, candidate, candidates } from "./candidates.fixture.ts";
import { consistentHash } from "./consistent-hash.ts";
import { peakEwma } from "./peak-ewma.ts";
import { random } from "./random.ts";
import { roundRobin } from "./round-robin.ts";
import { slowStart } from "./slow-start.ts";

describe("slow start", () => {
  test("a newcomer's share grows over the window", () => {
    const bench = new Bench(slowStart(random(), { window: 10_000 }));
    const old = candidates(4);
    bench.pick(old);
    bench.time = 20_000;
    const list = [...old, candidate("new")];
    const share = (): number => bench.spread(list, 5_000)[4]! / 1_000;
    expect(share()).toBeGreaterThan(0.05);
    expect(share()).toBeLessThan(0.2);
    bench.time = 25_000;
    expect(share()).toBeGreaterThan(0.4);
    expect(share()).toBeLessThan(0.7);
    bench.time = 30_000;
    expect(share()).toBeGreaterThan(0.9);
  });

  test("is asked again where the number is above its part", () => {
    const numbers = [0.3, 0.2, 0.05];
    const bench = new Bench(slowStart(roundRobin(), { window: 100 }), () => numbers.shift() ?? 0);
    const [a, b] = candidates(2);
    // The start of round robin takes the first number: 0.3 of 2 ** 30 is an odd one.
    expect(bench.pick([a!])).toBe(0);
    bench.time = 1_000;
    const list = [a!, b!];
    const picks = bench.picks(list, 3);
    expect(picks).toHaveLength(3);
    expect(numbers).toHaveLength(0);
  });

  test("those that became ready together share alike, at the start too", () => {
    const bench = new Bench(slowStart(random()));
    const counts = bench.spread(candidates(4), 4_000);
    for (const count of counts) expect(count).toBeGreaterThan(850);
  });

  test("who was away begins again", () => {
    const bench = new Bench(slowStart(random(), { window: 1_000 }));
    const list = candidates(2);
    bench.pick(list);
    bench.time = 5_000;
    bench.pick([list[0]!]);
    const again = [...list];
    expect(bench.spread(again, 1_000)[1]).toBeLessThan(150);
  });

  test("one that is alone gets everything, and a key its own endpoint", () => {
    const bench = new Bench(slowStart(random()));
    const list = candidates(2);
    bench.pick([list[0]!]);
    bench.time = 1_000_000;
    bench.pick([...list]);
    expect(bench.pick([list[1]!])).toBe(0);
    const keyed = new Bench(slowStart(consistentHash((request: number) => request)));
    const plain = new Bench(consistentHash((request: number) => request));
    keyed.pick([list[0]!], 1);
    keyed.time = 1_000_000;
    for (let key = 0; key < 50; key++) expect(keyed.pick(list, key)).toBe(plain.pick(list, key));
  });

  test("passes on how calls ended, where that is asked for", () => {
    expect(new Bench(slowStart(random())).picker).not.toHaveProperty("done");
    const bench = new Bench(slowStart(peakEwma()));
    const list = candidates(2);
    bench.done(list[0]!, 1_000);
    bench.done(list[1]!, 1);
    expect(bench.spread(list, 50)).toEqual([0, 50]);
  });

  test.each([0, -1, Number.NaN])("a window of %s is refused", (window) => {
    expect(() => slowStart(random(), { window })).toThrow(`window is ${window}`);
  });
});
