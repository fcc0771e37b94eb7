import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.ts";
import { Reader } from "./reader.ts";
import { unknownFieldsOf } from "./unknown-fields.ts";
import { Writer } from "./writer.ts";

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const readerOf = (hex: string): Reader => new Reader(bytesOf(hex));

const values = [
  "uint32",
  "int32",
  "sint32",
  "fixed32",
  "sfixed32",
  "int",
  "int64",
  "uint64",
  "sint64",
  "fixed64",
  "sfixed64",
  "float32",
  "float64",
  "bool",
  "string",
  "bytes",
  "timestamp",
  "duration",
] as const;

describe("Reader", () => {
  it("reads between two offsets, again and again", () => {
    const chunk = bytesOf("ff 03616263 03646566 ff");
    const reader = new Reader();
    expect(reader.reset(chunk, 1, 5).finish(reader.string(), 5)).toBe("abc");
    expect(reader.reset(chunk, 5, 9).finish(reader.string(), 9)).toBe("def");
  });

  it("returns copies that are no Buffers", () => {
    const chunk = Buffer.from("0301020304", "hex");
    const bytes = new Reader(chunk).bytes();
    chunk.fill(0);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it("does not read past the end of the whole", () => {
    // The bytes go on, but they are another message's.
    for (const value of values) {
      const reader = new Reader().reset(bytesOf("08 80808080 01 ffffffffffffffff"), 1, 3);
      expect(() => {
        reader[value]();
        reader.finish(undefined, 3);
      }, value).toThrow(DecodeError);
    }
  });

  it("does not read past the end of a part", () => {
    for (const value of values) {
      const reader = readerOf("02 8080 8001 ffffffffffffffff");
      reader.open();
      expect(() => {
        reader[value]();
        reader.close();
      }, value).toThrow(DecodeError);
    }
  });

  it("finds every value cut short", () => {
    const writer = new Writer();
    for (const value of values) {
      const sample = { string: "text", bytes: new Uint8Array(4), bool: true, timestamp: new Date(1e12) }[
        value as string
      ];
      const number = value.endsWith("64") && !value.startsWith("float") ? 2n ** 40n : 2 ** 30;
      writer.truncate(0);
      writer[value]((sample ?? number) as never);
      const whole = writer.buffer.slice(0, writer.pos);
      for (let length = 0; length < whole.length; length++) {
        expect(() => new Reader(whole.subarray(0, length))[value](), `${value} ${length}`).toThrow(
          DecodeError,
        );
      }
    }
  });

  it("refuses a part that goes on past its parent's end", () => {
    const reader = readerOf("02 05 0000000000");
    reader.open();
    expect(() => reader.open()).toThrow(DecodeError);
  });

  it("refuses to close a part that is not read to its end", () => {
    const reader = readerOf("02 0101");
    reader.open();
    reader.uint32();
    expect(() => reader.close()).toThrow(DecodeError);
  });

  it("allocates nothing for a length that is not there", () => {
    for (const value of ["string", "bytes", "timestamp", "duration"] as const) {
      expect(() => readerOf("ffffffff0f 00")[value]()).toThrow(DecodeError);
    }
    expect(() => readerOf("ffffffff0f 00").open()).toThrow(DecodeError);
    expect(() => readerOf("ffffffff0f 00").skip(2)).toThrow(DecodeError);
  });

  it("refuses varints of more than ten bytes", () => {
    expect(() => readerOf("80808080808080808080 01").uint32()).toThrow(/longer than 10 bytes/);
    expect(() => readerOf("ffffffffffffffffffff 01").int64()).toThrow(/longer than 10 bytes/);
  });

  it("refuses integers that a number does not hold", () => {
    expect(() => readerOf("8080808080808010").int()).toThrow(RangeError);
    expect(() => readerOf("8080808080808010").int()).toThrow("9007199254740992 is outside the range of int");
    expect(() => readerOf("80808080808080f0ff01").int()).toThrow(RangeError);
    expect(() => readerOf("ffffffffffffffff7f").int()).toThrow(RangeError);
  });

  it.each([
    "01 80", // a continuation alone
    "01 c3", // cut short
    "02 c0af", // overlong
    "03 eda080", // half a surrogate pair
    "04 f4908080", // beyond U+10FFFF
    "01 ff",
    `1e ${"61".repeat(29)}80`,
  ])("refuses text that is not UTF-8 (%s)", (hex) => {
    expect(() => readerOf(hex).string()).toThrow(/not valid UTF-8/);
  });

  it("takes a replacement character that was sent as one", () => {
    expect(readerOf("03 efbfbd").string()).toBe("\ufffd");
  });

  it("refuses a timestamp outside the range of Date and a duration outside protobuf's", () => {
    const seconds = (value: number): Reader => {
      const writer = new Writer().open().byte(8).int(value).close();
      return new Reader(writer.take());
    };
    expect(seconds(8.64e12).timestamp().getTime()).toBe(8.64e15);
    expect(seconds(-8.64e12).timestamp().getTime()).toBe(-8.64e15);
    expect(() => seconds(8.64e12 + 1).timestamp()).toThrow(DecodeError);
    expect(() => seconds(-8.64e12 - 1).timestamp()).toThrow(DecodeError);
    expect(seconds(315_576_000_000).duration()).toBe(315_576_000_000_000);
    expect(() => seconds(315_576_000_001).duration()).toThrow(DecodeError);
  });

  it("refuses parts deeper than 100 levels", () => {
    // Each length is right for what follows it.
    const writer = new Writer();
    for (let depth = 0; depth < 100; depth++) writer.open();
    writer.byte(0);
    for (let depth = 0; depth < 100; depth++) writer.close();
    const reader = new Reader(writer.take());
    for (let depth = 0; depth < 100; depth++) reader.open();
    expect(() => reader.open()).toThrow(/nest deeper than 100 levels/);
  });
});

describe("skipping", () => {
  const tag = (number: number, wireType: number): number => number * 8 + wireType;

  it.each([
    ["a varint", 0, "ffffffffffffffffff01"],
    ["64 bits", 1, "0102030405060708"],
    ["a length and its bytes", 2, "03616263"],
    ["32 bits", 5, "01020304"],
    ["a group", 3, "08 01 12 02 6161 0c"],
    ["groups in a group", 3, "0b 13 14 0c 0c"],
  ])("passes over %s", (_, wireType, hex) => {
    const reader = readerOf(`${hex} 2a`);
    reader.skip(tag(1, wireType));
    expect(reader.uint32()).toBe(0x2a);
  });

  it.each([
    ["wire type 6", 1 * 8 + 6, "00"],
    ["wire type 7", 1 * 8 + 7, "00"],
    ["field number 0", 0, "00"],
    ["the end of no group", 1 * 8 + 4, ""],
    ["the end of another group", 1 * 8 + 3, "14"],
    ["a group that does not end", 1 * 8 + 3, "08 01"],
    ["field number 0 in a group", 1 * 8 + 3, "00 00 0c"],
  ])("refuses %s", (_, fieldTag, hex) => {
    expect(() => readerOf(hex).skip(fieldTag)).toThrow(DecodeError);
  });

  it("refuses groups deeper than 100 levels", () => {
    expect(() => readerOf("0b".repeat(200_000)).skip(tag(1, 3))).toThrow(/nest deeper than 100 levels/);
  });

  it("gives a union's unknown member its bytes", () => {
    const reader = readerOf("aa01 03 616263 08");
    const from = reader.pos;
    const member = reader.unknown(reader.uint32(), from);
    expect(member).toEqual({ kind: "unknown", number: 21, bytes: new Uint8Array(bytesOf("aa0103616263")) });
    expect(reader.pos).toBe(6);
  });
});

describe("keeping unknown fields", () => {
  it("gives them to the value of their part, and back to the writer", () => {
    const inner: object = {};
    const reader = new Reader().reset(bytesOf("0a 04 aa060161 10 07"), 0, 8, true);
    expect(reader.uint32()).toBe(10);
    reader.open();
    reader.skip(reader.uint32());
    reader.close(inner);
    reader.skip(reader.uint32());
    const outer: object = reader.finish({}, 8);
    expect([inner, outer].map(unknownFieldsOf)).toEqual([
      new Uint8Array(bytesOf("aa060161")),
      new Uint8Array(bytesOf("1007")),
    ]);

    const writer = new Writer();
    writer.keepUnknown = true;
    writer.byte(10).open().close(inner).unknownOf(outer);
    expect(Buffer.from(writer.take()).toString("hex")).toBe("0a04aa0601611007");
  });

  it("writes none unless asked to", () => {
    const reader = new Reader().reset(bytesOf("1007"), 0, 2, true);
    reader.skip(reader.uint32());
    const value: object = reader.finish({}, 2);
    expect(new Writer().open().close(value).pos).toBe(1);
  });
});

describe("arbitrary bytes", () => {
  const steps = fc.array(fc.constantFrom(...values, "open", "close", "skip", "unknown", "text"), {
    maxLength: 30,
  });

  function run(reader: Reader, step: string): void {
    if (step === "skip") reader.skip(reader.uint32());
    else if (step === "unknown") reader.unknown(reader.uint32(), reader.pos);
    else if (step === "text") reader.text(Math.min(reader.pos + 5, 64));
    else reader[step as (typeof values)[number]]();
  }

  it("let nothing but DecodeError and RangeError out", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), steps, fc.boolean(), (bytes, order, keep) => {
        const reader = new Reader().reset(bytes, 0, bytes.length, keep);
        let open = 0;
        try {
          for (const step of order) {
            if (step === "close" && open === 0) continue;
            run(reader, step);
            if (step === "open") open++;
            if (step === "close") open--;
          }
        } catch (error) {
          if (!(error instanceof DecodeError || error instanceof RangeError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a reader that owns its buffer", () => {
  const message = (size: number, before = 0): Uint8Array =>
    new Writer().raw(new Uint8Array(before)).bytes(new Uint8Array(size).fill(7)).take().slice();

  it("gives a view for bytes that fill more than half of it, in a plain Uint8Array", () => {
    const buffer = Buffer.from(message(1_000).buffer);
    const bytes = new Reader(buffer).own().bytes();
    expect(bytes.buffer).toBe(buffer.buffer);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes).toEqual(new Uint8Array(1_000).fill(7));
  });

  it("copies what would keep more alive than it is", () => {
    const buffer = message(1_000, 1_100);
    const reader = new Reader(buffer).own();
    reader.pos = 1_100;
    expect(reader.bytes().buffer).not.toBe(buffer.buffer);
  });

  it("does not own the buffer that it is given next", () => {
    const buffer = message(1_000);
    const reader = new Reader(message(10)).own().reset(buffer);
    expect(reader.bytes().buffer).not.toBe(buffer.buffer);
  });
});
