import { expect, it } from "vitest";
import { Rounding, type Sample } from "../arith.gorpc.ts";
import type { World } from "../world.ts";

const sample: Sample = {
  text: "naïve \u{1f600} \u0000",
  big: -(2n ** 63n),
  ratio: -0,
  at: new Date("2026-11-23T12:34:56.789Z"),
  takes: 1234.5,
  rounding: Rounding.UP,
  shape: { kind: "square", value: { side: 1.5 } },
  data: Uint8Array.of(0, 1, 254, 255),
  tags: ["", "a", "a"],
  counts: { one: 1, constructor: 2, "": Number.MIN_SAFE_INTEGER },
  note: "",
  names: new Map([
    [7n, ["x", "y"]],
    [-1n, []],
  ]),
};

/** What goes in comes out, of each kind and of each size. */
export function values(start: () => Promise<World>): void {
  it("carries scalars, messages, lists, maps, unions and nothing", async () => {
    const { arith } = await start();
    expect(await arith.sum({ left: 2 ** 52, right: -1 })).toBe(2 ** 52 - 1);
    expect(await arith.divide({ left: -7, right: 2 })).toEqual({ quotient: -3, remainder: -1 });
    expect(await arith.ping()).toBeUndefined();
    expect(await arith.negate(Number.MAX_SAFE_INTEGER)).toBe(Number.MIN_SAFE_INTEGER);
    expect(await arith.total([])).toBe(0n);
    expect(await arith.total([2 ** 31 - 1, -(2 ** 31), 5])).toBe(4n);
    expect(await arith.double({ a: 1, toString: 2 })).toEqual({ a: 2, toString: 4 });
    expect(await arith.area({ kind: "circle", value: 1 })).toBe(Math.PI);
    expect(await arith.area({ kind: "square", value: { side: 3 } })).toBe(9);
    expect(await arith.echo(sample)).toEqual(sample);
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 1_000_000, 3_000_000])(
    "carries %d bytes both ways",
    async (size) => {
      const { arith } = await start();
      const bytes = pattern(size);
      expect(Buffer.compare(await arith.blob(bytes), bytes)).toBe(0);
    },
  );

  it("carries mebibytes of bytes, which arrive as a plain Uint8Array", async () => {
    const { arith } = await start();
    const bytes = pattern(2_500_000);
    const answer = await arith.blob(bytes);
    expect(Object.getPrototypeOf(answer)).toBe(Uint8Array.prototype);
    expect(Buffer.compare(answer, bytes)).toBe(0);
  });

  it("carries large messages at once in both directions, and small ones past them", async () => {
    const { arith } = await start();
    const order: string[] = [];
    const large = Array.from({ length: 8 }, async (_, i) => {
      const bytes = pattern(1_500_000 + i);
      const same = Buffer.compare(await arith.blob(bytes), bytes) === 0;
      order.push("large");
      return same;
    });
    const small = Array.from({ length: 8 }, async (_, i) => {
      const sum = await arith.sum({ left: i, right: 1 });
      order.push("small");
      return sum === i + 1;
    });
    expect(await Promise.all([...large, ...small])).not.toContain(false);
    expect(order.indexOf("large")).toBeGreaterThanOrEqual(8);
  });
}

/** Bytes in which no piece is like another. */
function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >>> 8)) & 0xff;
  return bytes;
}
