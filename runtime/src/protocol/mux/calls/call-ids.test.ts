import { describe, expect, it } from "vitest";
import { CallIds } from "./call-ids.ts";

/** The next so many ids, none of which is free again. */
function take(ids: CallIds, count: number, used: readonly number[] = []): number[] {
  return Array.from({ length: count }, () => ids.next((id) => used.includes(id)));
}

describe("call ids", () => {
  it("count up from 1", () => {
    expect(take(new CallIds(), 3)).toEqual([1, 2, 3]);
  });

  it("go on with 1 after the last", () => {
    expect(take(new CallIds(0xffff_fffd), 4)).toEqual([0xffff_fffe, 0xffff_ffff, 1, 2]);
  });

  it("skip those in use, also across the wrap", () => {
    expect(take(new CallIds(0xffff_fffd), 3, [0xffff_ffff, 1, 2, 4])).toEqual([0xffff_fffe, 3, 5]);
  });
});
