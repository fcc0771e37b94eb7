import { describe, expect, it } from "vitest";
import { DrainTime } from "./drain-time.ts";

describe("the time until places are free", () => {
  it("is not known before any was taken", () => {
    expect(new DrainTime().of(3, 1_000)).toBe(0);
  });

  it("is the interval in which they became free", () => {
    const drain = new DrainTime();
    drain.begin(100);
    drain.end(120);
    expect(drain.of(1, 500)).toBe(20);
    expect(drain.of(3, 500)).toBe(60);
  });

  it("follows later intervals, and leaves out the time when one was free", () => {
    const drain = new DrainTime();
    drain.begin(0);
    drain.end(20);
    drain.end(5_000);
    drain.begin(10_000);
    drain.end(10_100);
    expect(drain.of(1, 20_000)).toBe(20 + 80 / 8);
  });

  it("is no shorter than the present wait", () => {
    const drain = new DrainTime();
    drain.begin(0);
    drain.end(10);
    drain.begin(10);
    expect(drain.of(2, 15)).toBe(20);
    expect(drain.of(2, 1_010)).toBe(2_000);
  });
});
