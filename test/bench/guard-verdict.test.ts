import { expect, it } from "vitest";
import { verdict } from "./guard-verdict.ts";

const committed = { tolerance: 0.2, ratios: { calls: 0.5 } };

it("warns of a ratio that fell by more than the tolerance, and of no other", () => {
  expect(verdict({ calls: 0.39 }, committed)).toEqual([
    "WARNING: slower than committed. calls: 0.39 of the floor's, committed 0.50",
  ]);
  expect(verdict({ calls: 0.41 }, committed)).toEqual(["calls: 0.41 of the floor's, committed 0.50"]);
});

it("says what there is nothing to compare with", () => {
  expect(verdict({ streams: 1 }, committed)).toEqual([
    "streams: 1.00 of the floor's; guard.json has none to compare with",
  ]);
});
