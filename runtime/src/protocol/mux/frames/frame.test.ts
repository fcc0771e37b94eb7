import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../../bytes/writer.ts";
import {
  beginFrame,
  callId,
  endFrame,
  Flag,
  headerBytes,
  isAfter,
  Kind,
  kindAndFlags,
  kindName,
  payloadLength,
} from "./frame.ts";

/** A frame with a payload of zeros. */
function frame(kind: number, id: number, length: number): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, id);
  writer.raw(new Uint8Array(length));
  endFrame(writer, start);
  return writer.take();
}

/** A frame's layout: value, bytes; read in both directions. */
const layouts: readonly [string, kind: number, id: number, length: number, header: string][] = [
  ["an empty frame", Kind.CANCEL, 1, 0, "0000000400000001"],
  ["one byte", Kind.REQUEST, 0x0102_0304, 1, "0000010101020304"],
  ["a length of two bytes", Kind.RESPONSE | Flag.NOT_RUN, 0, 256, "0001004300000000"],
  ["a length of three bytes", Kind.REQUEST | Flag.MORE, 7, 0x01_0000, "0100002100000007"],
  ["the last id", Kind.MESSAGE, 0xffff_ffff, 255, "0000ff02ffffffff"],
  ["the longest payload", Kind.MESSAGE | Flag.END_STREAM, 0x8000_0000, 0xff_ffff, "ffffff1280000000"],
];

describe("a frame's header", () => {
  it.each(layouts)("writes and reads %s", (_name, kind, id, length, header) => {
    const bytes = frame(kind, id, length);
    expect(Buffer.from(bytes.subarray(0, headerBytes)).toString("hex")).toBe(header);
    expect(bytes.length).toBe(headerBytes + length);
    expect(payloadLength(bytes, 0)).toBe(length);
    expect(kindAndFlags(bytes, 0)).toBe(kind);
    expect(callId(bytes, 0)).toBe(id);
  });

  it("lies anywhere in a buffer", () => {
    const writer = new Writer();
    writer.raw(new Uint8Array(2_000));
    const start = beginFrame(writer, Kind.PING, 9);
    writer.raw(new Uint8Array(8));
    endFrame(writer, start);
    expect(start).toBe(2_000);
    expect(payloadLength(writer.buffer, start)).toBe(8);
    expect(kindAndFlags(writer.buffer, start)).toBe(Kind.PING);
    expect(callId(writer.buffer, start)).toBe(9);
  });

  it("names kinds for messages", () => {
    expect(Object.values(Kind).map(kindName)).toEqual(Object.keys(Kind));
    expect([kindName(0), kindName(13)]).toEqual(["kind 0", "kind 13"]);
  });
});

describe("the order of ids", () => {
  it.each([
    [2, 1, true],
    [1, 1, false],
    [1, 2, false],
    [1, 0xffff_ffff, true],
    [0xffff_ffff, 1, false],
    [0x8000_0000, 1, true],
    [1, 0, true],
  ])("%i after %i: %s", (id, other, expected) => {
    expect(isAfter(id, other)).toBe(expected);
  });

  it("goes on through the wrap", () => {
    const id = fc.integer({ min: 0, max: 0xffff_ffff });
    const step = fc.integer({ min: 1, max: 0x7fff_ffff });
    fc.assert(
      fc.property(id, step, (from, by) => {
        const to = (from + by) >>> 0;
        return isAfter(to, from) && !isAfter(from, to);
      }),
    );
  });
});
