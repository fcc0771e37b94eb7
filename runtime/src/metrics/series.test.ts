import { expect, it } from "vitest";
import { bucketBounds, Series } from "./series.ts";

it.each([
  [0, 0],
  [0.5, 0],
  [0.500_1, 1],
  [10_000, 13],
  [10_001, 14],
])("a call of %d ms is in bucket %d", (duration, bucket) => {
  const series = new Series();
  series.begin();
  series.end("OK", duration);
  expect(series.buckets.indexOf(1)).toBe(bucket);
  expect(series.buckets).toHaveLength(bucketBounds.length + 1);
  expect([series.inFlight, series.totalDuration]).toEqual([0, duration]);
});
