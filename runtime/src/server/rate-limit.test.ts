import { describe, expect, it } from "vitest";
import { RateLimit } from "./rate-limit.ts";

/** How many of so many calls are taken. */
function offer(rate: RateLimit, calls: number): number {
  let taken = 0;
  for (let i = 0; i < calls; i++) if (rate.take()) taken++;
  return taken;
}

/** A limit that has been found: 80 calls a period. */
function limited(): RateLimit {
  const rate = new RateLimit(50);
  offer(rate, 100);
  rate.endPeriod(51, 1);
  return rate;
}

describe("a rate limit", () => {
  it("is none while the loop does not lag", () => {
    const rate = new RateLimit(50);
    for (let i = 0; i < 5; i++) {
      expect(offer(rate, 10_000)).toBe(10_000);
      rate.endPeriod(50, 1);
    }
    expect(rate.limit).toBe(Infinity);
  });

  it("takes four fifths of what was taken while the loop lagged, again and again, and never none", () => {
    const rate = limited();
    expect(offer(rate, 100)).toBe(80);
    rate.endPeriod(60, 1);
    expect(offer(rate, 100)).toBe(64);
    for (let i = 0; i < 50; i++) {
      rate.endPeriod(60, 1);
      expect(offer(rate, 100)).toBeGreaterThan(0);
    }
    expect(offer(rate, 100)).toBe(0);
    expect(rate.limit).toBe(1);
  });

  it("counts in a period that a busy loop drew out only what belongs to one", () => {
    const rate = new RateLimit(50);
    offer(rate, 3_000);
    rate.endPeriod(2_900, 30);
    expect(rate.limit).toBe(80);
  });

  it("grows by a tenth, or by one, where it was reached without lag", () => {
    const rate = limited();
    offer(rate, 100);
    rate.endPeriod(0, 1);
    expect(rate.limit).toBe(88);

    const small = new RateLimit(50);
    offer(small, 4);
    small.endPeriod(60, 1);
    expect(small.limit).toBe(3);
    offer(small, 4);
    small.endPeriod(0, 1);
    expect(small.limit).toBe(4);
  });

  it("ends when it was not reached for a second", () => {
    const rate = limited();
    for (let i = 0; i < 9; i++) {
      offer(rate, 79);
      rate.endPeriod(0, 1);
      expect(rate.limit).toBe(80);
    }
    rate.endPeriod(0, 1);
    expect(rate.limit).toBe(Infinity);
  });

  it("stays where it is not calls that the loop is busy with", () => {
    const rate = new RateLimit(50);
    rate.endPeriod(500, 5);
    expect(rate.limit).toBe(Infinity);
    const found = limited();
    found.endPeriod(500, 5);
    expect(found.limit).toBe(80);
  });

  it("knows how many calls come for each that it takes", () => {
    const rate = limited();
    offer(rate, 80);
    expect(rate.isShedding).toBe(false);
    expect(rate.demand).toBe(1);
    offer(rate, 80);
    expect(rate.isShedding).toBe(true);
    expect(rate.demand).toBe(2);
    rate.endPeriod(0, 1);
    expect(rate.isShedding).toBe(false);
    expect(rate.demand).toBe(0);
  });

  it("counts what is shed for another reason as shed", () => {
    const rate = new RateLimit(50);
    offer(rate, 4);
    rate.giveBack();
    rate.giveBack();
    expect(rate.isShedding).toBe(true);
    expect(rate.demand).toBe(2);
  });
});
