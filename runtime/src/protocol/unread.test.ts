import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Unread } from "./unread.ts";

type Step = { readonly add: number; readonly from: number; readonly isOwn: boolean } | "take" | "clear";

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ add: fc.integer({ min: 0, max: 700 }), from: fc.nat(9), isOwn: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.constant<Step>("take") },
  { weight: 1, arbitrary: fc.constant<Step>("clear") },
);

/** A message of so many bytes, told from others by what it holds. */
function message(length: number, mark: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => mark + 31 * i);
}

describe("messages that were not taken", () => {
  it("come out as they went in, whatever happens between", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const unread = new Unread();
        const expected: { readonly bytes: Uint8Array; readonly cost: number }[] = [];
        steps.forEach((each, mark) => {
          if (each === "clear") {
            expected.length = 0;
            unread.clear();
          } else if (each !== "take") {
            const bytes = message(each.add, mark);
            const chunk = new Uint8Array(each.from + each.add + 3);
            chunk.set(bytes, each.from);
            unread.add(chunk, each.from, each.from + each.add, each.add + mark, each.isOwn);
            // Otherwise it was lent.
            if (!each.isOwn) chunk.fill(0xee);
            expected.push({ bytes, cost: each.add + mark });
          } else if (expected.length > 0) {
            const { bytes, start, end, cost } = unread.take();
            const first = expected.shift()!;
            expect(bytes.slice(start, end)).toEqual(first.bytes);
            expect(cost).toBe(first.cost);
          }
          expect(unread.isEmpty).toBe(expected.length === 0);
          expect(unread.cost).toBe(expected.reduce((sum, { cost }) => sum + cost, 0));
        });
      }),
    );
  });

  it("of no length count too", () => {
    const unread = new Unread();
    unread.add(new Uint8Array(0), 0, 0, 8);
    expect(unread.isEmpty).toBe(false);
    expect(unread.take()).toMatchObject({ cost: 8 });
    expect(unread.isEmpty).toBe(true);
  });

  it("are not copied where they are alone in their buffer", () => {
    const unread = new Unread();
    const [first, second] = [message(300, 1), message(300, 2)];
    unread.add(first, 0, 300, 308, true);
    unread.add(second, 0, 300, 308);
    const taken = [unread.take(), unread.take()];
    expect(taken.map(({ isOwn }) => isOwn)).toEqual([true, false]);
    expect(taken[0]!.bytes.buffer).toBe(first.buffer);
    expect(taken[1]!.bytes.buffer).not.toBe(second.buffer);
  });

  it("let go of what they do not copy when they are dropped", () => {
    const unread = new Unread();
    unread.add(message(300, 1), 0, 300, 308, true);
    unread.clear();
    unread.add(message(300, 2), 0, 300, 308, true);
    const { bytes, start, end } = unread.take();
    expect(bytes.slice(start, end)).toEqual(message(300, 2));
  });

  it("hold a buffer that is large no longer than they need it", () => {
    const unread = new Unread();
    unread.add(message(1_000_000, 1), 0, 1_000_000, 1_000_008);
    const taken = unread.take();
    expect(taken.end - taken.start).toBe(1_000_000);
    unread.add(message(1, 2), 0, 1, 9);
    expect(unread.take().bytes.length).toBeLessThan(64 * 1024);
  });

  it("that are taken one by one let the buffer stay as small as what it holds", () => {
    const unread = new Unread();
    for (let i = 0; i < 10_000; i++) {
      unread.add(message(100, i), 0, 100, 108);
      if (i >= 4) unread.take();
    }
    expect(unread.take().bytes.length).toBeLessThanOrEqual(4_096);
  });
});
