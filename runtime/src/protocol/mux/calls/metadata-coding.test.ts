import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../../../bytes/reader.ts";
import { Writer } from "../../../bytes/writer.ts";
import { DecodeError, EncodeError, RpcError } from "../../../errors.ts";
import { Metadata } from "../../../metadata.ts";
import { readMetadata, writeMetadata } from "./metadata-coding.ts";

function write(metadata: Metadata | undefined, maxBytes = 16_384): Buffer {
  const writer = new Writer();
  writeMetadata(writer, metadata, maxBytes);
  return Buffer.from(writer.take());
}

function read(bytes: Uint8Array, maxBytes = 16_384): Metadata | undefined {
  return readMetadata(new Reader(bytes), maxBytes);
}

/** Value and bytes, read in both directions. */
const cases: readonly [string, [string, string | Uint8Array][], string][] = [
  ["an entry", [["a", "b"]], "0401610162"],
  ["an empty value", [["a", ""]], "03016100"],
  ["bytes", [["a-bin", Uint8Array.of(0, 255)]], "0905612d62696e0200ff"],
  [
    "a key again, in order",
    [
      ["a", "2"],
      ["b", ""],
      ["a", "1"],
    ],
    "0b01610132016200" + "01610131",
  ],
  ["every kind of character a key may have", [["z0_.-", "é"]], "09057a305f2e2d02c3a9"],
];

describe("metadata", () => {
  it.each(cases)("goes on the wire and comes from it: %s", (_what, entries, hex) => {
    const metadata = new Metadata();
    for (const [key, value] of entries) metadata.append(key, value);
    expect(write(metadata).toString("hex")).toBe(hex);
    expect([...read(Buffer.from(hex, "hex"))!]).toEqual(entries);
  });

  it("that is none is a length of zero", () => {
    expect(write(undefined)).toEqual(Buffer.of(0));
    expect(write(new Metadata())).toEqual(Buffer.of(0));
    expect(read(Buffer.of(0))).toBeUndefined();
  });

  it("comes back as it went, whatever it holds", () => {
    const key = fc.stringMatching(/^[0-9a-z_.-]{1,20}$/).filter((text) => !text.endsWith("-bin"));
    const entry = fc.oneof(
      fc.tuple(key, fc.string({ unit: "grapheme" })),
      fc.tuple(
        key.map((text) => `${text}-bin`),
        fc.uint8Array(),
      ),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const metadata = new Metadata();
        for (const [name, value] of entries) metadata.append(name, value);
        expect([...read(write(metadata))!]).toEqual(entries);
      }),
    );
  });

  it("is as large as the limit, and no larger, on both sides", () => {
    const metadata = new Metadata().append("key", "x".repeat(95));
    expect(read(write(metadata, 100), 100)!.get("key")).toHaveLength(95);
    expect(() => write(metadata, 99)).toThrow(RpcError);
    expect(() => write(metadata, 99)).toThrow("100 bytes is larger than the 99");
    expect(() => read(write(metadata), 99)).toThrow(
      "100 bytes is larger than the limit of 99 (option maxMetadataBytes)",
    );
  });

  it("leaves a writer that is as good as before, where it was refused", () => {
    const writer = new Writer();
    const metadata = new Metadata().append("key", "x".repeat(95));
    expect(() => writeMetadata(writer, metadata, 10)).toThrow(RpcError);
    writer.truncate(0);
    writeMetadata(writer, metadata, 100);
    expect(Buffer.from(writer.take())).toEqual(write(metadata));
  });

  it("cannot carry half a surrogate pair", () => {
    expect(() => write(new Metadata().append("a", "\ud800"))).toThrow(EncodeError);
  });

  it.each([
    ["longer than its frame", "05016101"],
    ["a key longer than the metadata", "02056162"],
    ["a key without a value", "020161"],
    ["a value that runs over the end", "0401610362"],
    ["an empty key", "020000"],
    ["an upper-case key", "0401410162"],
    ["a key outside ASCII", "0502c3a90162"],
    ["a value that is not UTF-8", "04016101ff"],
    ["a length without an end", "ffffffffffffffffffff"],
  ])("is refused where it is %s", (_what, hex) => {
    expect(() => read(Buffer.from(hex, "hex"))).toThrow(DecodeError);
  });

  it("and nothing else escapes from any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});
