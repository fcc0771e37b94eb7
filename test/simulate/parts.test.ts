import fc from "fast-check";
import { expect, test } from "vitest";
import { Deadlines } from "./deadlines.ts";
import { EventQueue } from "./event-queue.ts";
import { Histogram } from "./histogram.ts";

test("events leave in the order of their times, and of equal times in the order in which they came", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20)), { maxLength: 400 }), (steps) => {
      const queue = new EventQueue();
      let expected: { readonly time: number; readonly about: number }[] = [];
      const take = (): void => {
        expected = expected.sort((one, other) => one.time - other.time || one.about - other.about);
        const { time, about } = expected.shift()!;
        expect(queue.nextTime).toBe(time);
        expect(queue.take()).toBe(about * 8 + 3);
      };
      for (const [about, time] of steps.entries()) {
        if (time !== null) {
          queue.add(time, 3, about);
          expected.push({ time, about });
        } else if (expected.length > 0) take();
        expect(queue.size).toBe(expected.length);
      }
      while (expected.length > 0) take();
      expect(queue.nextTime).toBe(Infinity);
    }),
  );
});

test("deadlines come in the order of the calls, however many wait", () => {
  const deadlines = new Deadlines(100);
  let [added, taken] = [0, 0];
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) deadlines.add(added % 7, added++);
  };
  const take = (count: number): void => {
    for (let i = 0; i < count; i++) {
      expect([deadlines.nextTime, deadlines.nextMade]).toEqual([taken + 100, taken]);
      expect(deadlines.take()).toBe(taken++ % 7);
    }
  };
  add(1_000);
  take(900);
  // Around the end of the ring, and past its size.
  add(900);
  take(10);
  add(3_000);
  take(added - taken);
  expect(deadlines.nextTime).toBe(Infinity);
});

test("a histogram's quantiles are those of its values, at most a hundredth higher", () => {
  const histogram = new Histogram();
  expect(histogram.quantile(0.5)).toBeNaN();
  for (let ms = 1; ms <= 1_000; ms++) histogram.record(ms);
  for (const part of [0.001, 0.5, 0.99, 1]) {
    expect(histogram.quantile(part)).toBeGreaterThanOrEqual(1_000 * part);
    expect(histogram.quantile(part)).toBeLessThanOrEqual(1_000 * part * 1.011);
  }
  const both = new Histogram();
  both.add(histogram);
  both.record(0);
  both.record(1e12);
  expect(both.total).toBe(1_002);
  expect(both.quantile(1)).toBeGreaterThan(1e5);
});
