import { expect, it } from "vitest";
import { now } from "./clock.ts";

it("the clock is performance.now(), which callers reckon deadlines with", () => {
  const before = performance.now();
  const time = now();
  const after = performance.now();
  // The two zeros are found by reading two clocks one after the other.
  expect(time).toBeGreaterThan(before - 1);
  expect(time).toBeLessThan(after + 1);
});
