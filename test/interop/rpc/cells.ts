import type { Channel, RpcError } from "@gorpc/runtime";
import { expect } from "vitest";
import { day } from "./handlers.ts";
import { FrontDeskClient, Interop, InteropClient, type Nested } from "./interop.gorpc.ts";

/** A call and what must come of it. */
export type Cell = (channel: Channel) => Promise<void>;

const at = new Date("2024-02-28T12:30:15.123Z");

/** As the Go client sends it. */
const nested: Nested = {
  name: "outer <&> é",
  id: 2n ** 62n + 1n,
  operands: { left: -1, right: 2 ** 52 },
  points: [
    { x: 1.5, y: -2.25 },
    { x: 0, y: 0 },
  ],
  labels: { a: ["x", "y"] },
  data: Uint8Array.of(0, 255),
  at,
  takes: 1_500,
  note: "a note",
  child: {
    name: "inner",
    id: 0n,
    operands: { left: 0, right: 0 },
    points: [],
    labels: {},
    data: new Uint8Array(0),
    at: new Date(0),
    takes: 0.25,
    note: undefined,
    child: undefined,
    shape: { kind: "circle", value: 0.5 },
    total: 2n ** 64n - 1n,
  },
  shape: { kind: "corner", value: { x: 0, y: 1 } },
  total: 0n,
};

/** What a TypeScript client calls, by the columns of the matrix. */
export const cells: Readonly<Record<string, Cell>> = {
  scalar: async (channel) => expect(await new InteropClient(channel).negate(7)).toBe(-7),
  struct: async (channel) => expect(await new InteropClient(channel).sum({ left: 1, right: 2 })).toBe(3),
  nested: async (channel) => expect(await new InteropClient(channel).echo(nested)).toEqual(nested),
  list: async (channel) => {
    const interop = new InteropClient(channel);
    const ends = [1n, -(2n ** 63n), 2n ** 63n - 1n];
    expect(await interop.reverse(ends)).toEqual([...ends].reverse());
    expect(await interop.reverse([])).toEqual([]);
  },
  map: async (channel) => {
    expect(await new InteropClient(channel).double({ a: 1, "": -2 })).toEqual({ a: 2, "": -4 });
  },
  bytes: async (channel) => {
    expect(await new InteropClient(channel).flip(Uint8Array.of(0, 1, 255))).toEqual(
      Uint8Array.of(255, 254, 0),
    );
  },
  time: async (channel) => {
    expect(await new InteropClient(channel).tomorrow(at)).toEqual(new Date(at.getTime() + day));
  },
  error: async (channel) => {
    const interop = new InteropClient(channel);
    const divided = interop.divide({ left: 1, right: 0 });
    await expect(divided).rejects.toMatchObject({
      code: "UNKNOWN",
      rawMessage: "DivideByZero: Division by zero has no answer.",
    });
    await expect(interop.fail("no luck, é")).rejects.toMatchObject({ rawMessage: "no luck, é" });
  },
  unknown: async (channel) => {
    const { sum } = Interop.methods;
    const call = channel.unary({ ...sum, name: "Nothing" }, { left: 1, right: 2 });
    await expect(call).rejects.toMatchObject({ code: "UNIMPLEMENTED" });
    // A classic server's connection is lost by that, and made anew.
    expect(await new InteropClient(channel).sum({ left: 1, right: 2 })).toBe(3);
  },
  renamed: async (channel) => expect(await new FrontDeskClient(channel).sayHello("you")).toBe("hello you"),
  nothing: async (channel) => expect(await new InteropClient(channel).ping()).toBe(undefined),
  stream: async (channel) => {
    const answers = new InteropClient(channel).watch(3)[Symbol.asyncIterator]();
    await expect(answers.next()).rejects.toMatchObject({ code: "UNIMPLEMENTED", sent: "no" });
  },
  large: async (channel) => {
    const answer = await new InteropClient(channel).flip(new Uint8Array(2 ** 20).fill(0x5a));
    expect(Buffer.compare(answer, new Uint8Array(2 ** 20).fill(0xa5))).toBe(0);
  },
  concurrent: async (channel) => {
    const interop = new InteropClient(channel);
    const numbers = Array.from({ length: 1_000 }, (_, i) => i);
    const sums = await Promise.all(numbers.map((left) => interop.sum({ left, right: 1 })));
    expect(sums).toEqual(numbers.map((i) => i + 1));
  },
  bounded: async (channel) => {
    const call = new InteropClient(channel).wait(60_000, { timeout: 60 });
    await expect(call).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", sent: "maybe" });
    expect(await new InteropClient(channel).negate(1)).toBe(-1);
  },
};

/** A call that the server does not survive; `kill` ends it, once the call has reached it. */
export async function killed(channel: Channel, kill: () => Promise<void>): Promise<void> {
  const call = new InteropClient(channel).wait(60_000).catch((error: unknown) => error as RpcError);
  await kill();
  expect(await call).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
}
