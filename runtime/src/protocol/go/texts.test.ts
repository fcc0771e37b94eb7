import { expect, it } from "vitest";
import { goDuration } from "./texts.ts";

it.each([
  [1_000, "1s"],
  [1_500, "1.5s"],
  [250, "250ms"],
  [0.25, "250µs"],
  [0.0005, "500ns"],
  [59_999, "59.999s"],
  [60_000, "1m0s"],
  [90_500, "1m30.5s"],
  [3_600_000, "1h0m0s"],
  [5_415_000, "1h30m15s"],
])("%d ms are what Go prints as %s", (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});
