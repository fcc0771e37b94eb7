import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.ts";
import { Writer } from "../bytes/writer.ts";
import { text } from "../protocol/mux/connection.fixture.ts";
import { type CompressionOptions, CompressingCodec, compressionOf } from "./compression.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";

const maxBytes = 100_000;

function codecOf(options: CompressionOptions = {}, inner = protoCodec): CompressingCodec {
  return new CompressingCodec(inner, compressionOf(options)!, maxBytes);
}

function encode(codec: CompressingCodec, value: string): Uint8Array {
  const writer = new Writer();
  writer.raw(Uint8Array.of(1, 2, 3));
  codec.encode(text, value, writer);
  return writer.take().slice(3);
}

function decode(codec: CompressingCodec, bytes: Uint8Array): string {
  const reader = new Reader().reset(bytes);
  const value = codec.decode(text, reader, bytes.length);
  expect(reader.pos).toBe(bytes.length);
  return value;
}

describe("a compressing codec", () => {
  it("makes what repeats smaller, and reads it back", () => {
    const value = "to be or not to be, ".repeat(1_000);
    const bytes = encode(codecOf(), value);
    expect(bytes[0]).toBe(1);
    expect(bytes.length).toBeLessThan(value.length / 50);
    expect(decode(codecOf(), bytes)).toBe(value);
  });

  it.each([
    ["below its threshold", { above: 1_000 }, "a".repeat(500)],
    ["above its bound", { below: 2_000 }, "a".repeat(3_000)],
    ["that gets no smaller", { above: 0 }, "abc"],
  ])("leaves a message as it is %s", (_what, options, value) => {
    const bytes = encode(codecOf(options), value);
    expect(bytes[0]).toBe(0);
    expect(decode(codecOf(), bytes)).toBe(value);
  });

  it("goes around any codec", () => {
    const codec = codecOf({ above: 10 }, jsonCodec);
    const bytes = encode(codec, "x".repeat(500));
    expect(bytes[0]).toBe(1);
    expect(decode(codec, bytes)).toBe("x".repeat(500));
  });

  it("reads whatever it writes", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 1_000 }).map((part) => part.repeat(5));
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 2_000 }), (value, above) => {
        expect(decode(codecOf(), encode(codecOf({ above }), value))).toBe(value);
      }),
    );
  });

  it("inflates no more than a message may have", () => {
    const bomb = Buffer.concat([Buffer.of(1), deflateRawSync(Buffer.alloc(50_000_000), { level: 9 })]);
    expect(() => decode(codecOf(), bomb)).toThrow(
      expect.objectContaining({
        code: "RESOURCE_EXHAUSTED",
        message: "inflated it is larger than the 100000 bytes accepted (option maxMessageBytes)",
      }) as Error,
    );
  });

  it.each([
    ["nothing at all", ""],
    ["another encoding", "02ff"],
    ["no deflate", "01ffffff"],
    [
      "a deflate that ends early",
      Buffer.concat([Buffer.of(1), deflateRawSync("abc").subarray(0, 3)]).toString("hex"),
    ],
  ])("refuses %s", (_what, hex) => {
    expect(() => decode(codecOf(), Buffer.from(hex, "hex"))).toThrow(/encoding|inflate/);
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          codecOf().decode(text, new Reader().reset(Uint8Array.of(1, ...bytes)), bytes.length + 1);
        } catch (error) {
          expect((error as Error).name).toMatch(/^(DecodeError|RpcError|RangeError)$/);
        }
      }),
    );
  });
});

describe("compression's options", () => {
  it("have defaults", () => {
    expect(compressionOf(true)).toEqual({ above: 1024, below: 262_144, level: 3 });
    expect(compressionOf({ level: 9 })).toMatchObject({ above: 1024, level: 9 });
    expect([compressionOf(false), compressionOf(undefined)]).toEqual([undefined, undefined]);
  });

  it.each([
    [{ above: -1 }, "compression.above is -1: it takes an integer from 0"],
    [{ above: 2_000, below: 1_000 }, "compression.below is 1000: it takes an integer from 2000"],
    [{ level: 10 }, "compression.level is 10: it takes an integer from 1 to 9"],
  ])("are refused by name: %j", (options, reason) => {
    expect(() => compressionOf(options)).toThrow(reason);
  });
});
