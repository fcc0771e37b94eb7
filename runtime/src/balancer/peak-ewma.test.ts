import { describe, expect, test } from "vitest";
import {
  Bench,
  candidate,
  candidates,
  type FakeCandidate,
  seeded,
  withWeights,
} from "./candidates.fixture.ts";
import { ExpectedTime } from "./expected-time.ts";
import { peakEwma } from "./peak-ewma.ts";

const decay = 10_000;

describe("the expected time", () => {
  test("is what is given for the unknown before the first call, and goes back to it", () => {
    const times = new ExpectedTime(decay);
    expect(times.at(5, 7)).toBe(7);
    times.record(100, "answered", 0, 7);
    expect(times.at(0, 7)).toBe(100);
    const later = [1, 2, 5, 20, 200].map((decays) => times.at(decays * decay, 7));
    for (const [i, ms] of later.entries()) expect(ms).toBeLessThan(later[i - 1] ?? 100);
    expect(later[0]).toBeCloseTo(7 + 93 * 0.39, 0);
    expect(later.at(-1)).toBeCloseTo(7, 3);
  });

  test("takes a slow answer at once and fast ones little by little", () => {
    const times = new ExpectedTime(decay);
    times.record(10, "answered", 0, 1);
    times.record(200, "answered", 1, 1);
    expect(times.at(1, 1)).toBe(200);
    times.record(10, "answered", 2, 1);
    expect(times.at(2, 1)).toBeGreaterThan(199);
    for (let time = 3; time < 5 * decay; time += 10) times.record(10, "answered", time, 1);
    expect(times.at(5 * decay, 1)).toBeLessThan(13);
  });

  test("grows with the part of the calls that fail, however fast they do", () => {
    const times = new ExpectedTime(decay);
    times.record(10, "answered", 0, 5);
    let before = times.at(0, 5);
    for (let i = 0; i < 100; i++) {
      times.record(0.1, "failed", 0, 5);
      expect(times.at(0, 5)).toBeGreaterThanOrEqual(before);
      before = times.at(0, 5);
    }
    expect(before).toBe(10 * 1024);
    for (let i = 0; i < 100; i++) times.record(10, "answered", 0, 5);
    expect(times.at(0, 5)).toBeCloseTo(10, 3);
  });

  test("takes a failure's time where that is longer", () => {
    const times = new ExpectedTime(decay);
    times.record(500, "failed", 0, 5);
    expect(times.at(0, 5)).toBeCloseTo(500 / (3 / 4) ** 2);
  });

  test("learns from a stream whether it fails, and nothing of the time", () => {
    const times = new ExpectedTime(decay);
    times.record(10, "answered", 0, 5);
    times.recordUntimed("failed", 0, 5);
    expect(times.at(0, 5)).toBeCloseTo(10 / (3 / 4) ** 2);
    times.recordUntimed("cancelled", 0, 5);
    expect(times.at(0, 5)).toBeCloseTo(10 / (3 / 4) ** 2);
    for (let i = 0; i < 100; i++) times.recordUntimed("answered", 0, 5);
    expect(times.at(0, 5)).toBeCloseTo(10, 3);
    // What is known of the time fades, however many streams there are.
    for (let time = 0; time < 20 * decay; time += 100) times.recordUntimed("answered", time, 5);
    expect(times.at(20 * decay, 5)).toBeCloseTo(5, 1);
  });

  test("learns from a call that was given up only that it took longer", () => {
    const times = new ExpectedTime(decay);
    times.record(1, "cancelled", 0, 5);
    expect(times.at(0, 5)).toBe(5);
    times.record(80, "cancelled", 0, 5);
    expect(times.at(0, 5)).toBe(80);
  });

  test("never forgets without decay", () => {
    const times = new ExpectedTime(Infinity);
    times.record(100, "answered", 0, 5);
    expect(times.at(1e12, 5)).toBe(100);
  });
});

/** Sends so many calls, one in flight at a time; each takes what its endpoint takes. Says how often each was called. */
function run(
  bench: Bench,
  list: readonly FakeCandidate[],
  calls: number,
  took: (index: number) => number,
): number[] {
  const counts = list.map(() => 0);
  for (let i = 0; i < calls; i++) {
    const index = bench.pick(list);
    counts[index]!++;
    bench.time += took(index);
    bench.done(list[index]!, took(index));
  }
  return counts;
}

describe("peak EWMA", () => {
  test("avoids who is slow, and comes back when that was long ago", () => {
    const bench = new Bench(peakEwma());
    const list = candidates(3);
    const [slow, ...others] = run(bench, list, 1_000, (index) => (index === 0 ? 200 : 10));
    expect(slow).toBeLessThan(20);
    expect(slow).toBeGreaterThan(0);
    for (const count of others) expect(count).toBeGreaterThan(300);
    run(bench, list, 9_000, () => 10);
    const [recovered] = run(bench, list, 3_000, () => 10);
    expect(recovered).toBeGreaterThan(800);
  });

  test("counts what is in flight, per weight", () => {
    const list = withWeights(1, 4);
    const bench = new Bench(peakEwma());
    for (const each of list) bench.done(each, 10);
    for (let i = 0; i < 500; i++) list[bench.pick(list)]!.inFlight++;
    expect(list[1]!.inFlight / list[0]!.inFlight).toBeGreaterThan(3.5);
    expect(list[1]!.inFlight / list[0]!.inFlight).toBeLessThan(4.5);
  });

  test("keeps to weights exactly while nobody is busy and all take about as long", () => {
    const counts = run(new Bench(peakEwma()), withWeights(1, 3), 4_000, (index) => 10 + index / 2);
    expect(counts[0]).toBeGreaterThan(900);
    expect(counts[0]).toBeLessThan(1_100);
  });

  test("a new endpoint that does not answer holds what others do, and no more", () => {
    const bench = new Bench(peakEwma());
    const old = candidates(9);
    run(bench, old, 500, () => 10);
    const list = [...old, candidate("new")];
    for (let i = 0; i < 2_000; i++) list[bench.pick(list)]!.inFlight++;
    const others = old.reduce((sum, { inFlight }) => sum + inFlight, 0) / old.length;
    expect(list[9]!.inFlight).toBeGreaterThan(0.9 * others);
    expect(list[9]!.inFlight).toBeLessThan(1.2 * others);
  });

  test("so does one that was slow long ago", () => {
    const bench = new Bench(peakEwma());
    const list = candidates(10);
    for (const each of list) bench.done(each, 10);
    bench.done(list[0]!, 5_000);
    bench.time += 100 * decay;
    for (const each of list.slice(1)) bench.done(each, 10);
    for (let i = 0; i < 2_000; i++) list[bench.pick(list)]!.inFlight++;
    expect(list[0]!.inFlight).toBeGreaterThan(160);
    expect(list[0]!.inFlight).toBeLessThan(240);
  });

  test("of many callers, no more begin with a new endpoint than with another", () => {
    const numbers = seeded(5);
    let first = 0;
    for (let caller = 0; caller < 500; caller++) {
      const bench = new Bench(peakEwma(), numbers);
      const old = candidates(4);
      for (const each of old) bench.done(each, 10);
      if (bench.pick([...old, candidate("new")]) === 4) first++;
    }
    expect(first).toBeGreaterThan(70);
    expect(first).toBeLessThan(130);
  });

  test("a new endpoint is tried soon, one at a time too", () => {
    const bench = new Bench(peakEwma());
    const old = candidates(20);
    run(bench, old, 500, () => 10);
    const list = [...old, candidate("new")];
    expect(run(bench, list, 100, () => 10)[20]).toBeGreaterThan(0);
  });

  test("who is a little slower is still asked now and then", () => {
    const bench = new Bench(peakEwma());
    const [fast, slower] = run(bench, candidates(2), 20_000, (index) => (index === 0 ? 10 : 13));
    expect(slower).toBeGreaterThan(3);
    expect(fast).toBeGreaterThan(slower!);
  });

  test("who fails fast draws no calls", () => {
    const bench = new Bench(peakEwma(), seeded(4));
    const list = candidates(5);
    let failed = 0;
    for (let i = 0; i < 2_000; i++) {
      const index = bench.pick(list);
      if (index === 0) failed++;
      const ms = index === 0 ? 0.1 : 20;
      bench.time += ms;
      bench.done(list[index]!, ms, index === 0 ? "failed" : "answered");
    }
    expect(failed).toBeLessThan(60);
    expect(failed).toBeGreaterThan(0);
  });

  test("who fails streams draws no calls, and streams that are answered late do no harm", () => {
    const bench = new Bench(peakEwma(), seeded(4));
    const list = candidates(5);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 2_000; i++) {
      const index = bench.pick(list);
      counts[index]!++;
      bench.time += 20;
      bench.done(list[index]!, undefined, index === 0 ? "failed" : "answered");
    }
    expect(counts[0]).toBeLessThan(60);
    for (const count of counts.slice(1)) expect(count).toBeGreaterThan(350);
  });

  test("nor does one that is called so seldom that nothing else is known of it", () => {
    const bench = new Bench(peakEwma(), seeded(4));
    const list = candidates(20);
    let failed = 0;
    for (let i = 0; i < 4_000; i++) {
      const index = bench.pick(list);
      bench.time += 200;
      if (index === 0) failed++;
      bench.done(list[index]!, index === 0 ? 1 : 50, index === 0 ? "failed" : "answered");
    }
    // A tenth of its share, of 200.
    expect(failed).toBeLessThan(150);
    expect(failed).toBeGreaterThan(0);
  });

  test("failures that all have alike hide no difference in time", () => {
    const bench = new Bench(peakEwma(), seeded(6));
    const list = candidates(4);
    const chance = seeded(9);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4_000; i++) {
      const index = bench.pick(list);
      counts[index]!++;
      const ms = index === 0 ? 100 : 10;
      bench.time += ms / 10;
      bench.done(list[index]!, ms, chance() < 0.02 ? "failed" : "answered");
    }
    expect(counts[0]).toBeLessThan(200);
  });

  test.each([0, -1, Number.NaN])("a decay of %s is refused", (wrong) => {
    expect(() => peakEwma({ decay: wrong })).toThrow(`decay is ${wrong}: it takes milliseconds above 0`);
  });
});
