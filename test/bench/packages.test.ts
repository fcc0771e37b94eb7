import { expect, it } from "vitest";
import { isOlder } from "./packages.ts";

it.each([
  ["20.19.0", ">=22", true],
  ["22.18.0", ">=22.19.0", true],
  ["22.19.0", ">=22.19.0", false],
  ["24.1.0", ">=22.19.0", false],
  ["20.19.0", ">= 22.x.x", true],
  ["20.19.0", ">= 10.18.0", false],
  ["20.19.0", undefined, false],
])("Node %s is older than %s: %s", (version, range, older) => {
  expect(isOlder(version, range)).toBe(older);
});
