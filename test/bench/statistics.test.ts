import { expect, it } from "vitest";
import { median, medianRatio, quantile, spread } from "./statistics.ts";

it("a quantile is a value that was measured", () => {
  expect(quantile([1, 2, 3, 4], 0)).toBe(1);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(3);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([], 0.5)).toBeNaN();
});

it("a median of an even number is between the two in the middle, and the spread is half the range over it", () => {
  expect(median([9, 1, 4, 2])).toBe(3);
  expect(spread([8, 10, 12])).toBe(0.2);
});

it("a ratio is one of figures of the same repetition, wherever it stands", () => {
  const of = (...speeds: number[]) => speeds.map((speed, index) => ({ repetition: index + 1, speed }));
  // The machine was ten times slower in the third repetition; the ratio was not.
  const ours = of(50, 60, 5);
  const floor = of(100, 100, 10).reverse();
  expect(medianRatio(ours, floor, ({ speed }) => speed)).toBe(0.5);
  expect(medianRatio(ours, [], ({ speed }) => speed)).toBeUndefined();
});
