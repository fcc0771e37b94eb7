import { describe, expect, test } from "vitest";
import type { Candidate } from "./balancer.ts";
import { random } from "./random.ts";
import { roundRobin } from "./round-robin.ts";

function candidates(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => ({
    endpoint: { id: `${i}`, address: `tcp://h:${i}` },
    inFlight: 0,
    load: undefined,
  }));
}

/** Numbers in [0, 1), the same ones each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function spread(
  picker: { pick(among: readonly Candidate[]): number },
  among: readonly Candidate[],
  picks: number,
): number[] {
  const counts = among.map(() => 0);
  for (let i = 0; i < picks; i++) counts[picker.pick(among)]!++;
  return counts;
}

describe("round robin", () => {
  test("takes each in turn", () => {
    const picker = roundRobin().picker(() => 0);
    const among = candidates(3);
    expect(Array.from({ length: 7 }, () => picker.pick(among))).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("spreads exactly evenly", () => {
    expect(spread(roundRobin().picker(Math.random), candidates(7), 700)).toEqual(Array(7).fill(100));
  });

  test("callers do not all begin with the same one", () => {
    const numbers = seeded(1);
    const firsts = new Set(
      Array.from({ length: 100 }, () => roundRobin().picker(numbers).pick(candidates(5))),
    );
    expect(firsts.size).toBe(5);
  });

  test("stays within the list when it shrinks and reaches all when it grows", () => {
    const picker = roundRobin().picker(() => 0.999_999_999);
    for (const count of [5, 1, 3, 2]) {
      expect(spread(picker, candidates(count), 10 * count)).toEqual(Array(count).fill(10));
    }
  });
});

describe("random", () => {
  test("picks what the random number says, up to its bounds", () => {
    const pick = (number: number): number =>
      random()
        .picker(() => number)
        .pick(candidates(4));
    expect([0, 0.24, 0.25, 0.5, 0.75, 1 - Number.EPSILON].map(pick)).toEqual([0, 0, 1, 2, 3, 3]);
  });

  test("spreads about evenly", () => {
    const counts = spread(random().picker(seeded(7)), candidates(10), 10_000);
    for (const count of counts) expect(count).toBeGreaterThan(880);
    for (const count of counts) expect(count).toBeLessThan(1_120);
  });
});
