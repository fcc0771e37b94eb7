import { describe, expect, it } from "vitest";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Value and bytes of each kind, at both sides of each boundary of width; read in both directions. */
const table = {
  uint32: [
    [0, "00"],
    [1, "01"],
    [127, "7f"],
    [128, "8001"],
    [16383, "ff7f"],
    [16384, "808001"],
    [2097151, "ffff7f"],
    [2097152, "80808001"],
    [268435455, "ffffff7f"],
    [268435456, "8080808001"],
    [2147483647, "ffffffff07"],
    [2147483648, "8080808008"],
    [4294967295, "ffffffff0f"],
  ],
  int32: [
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [2147483647, "ffffffff07"],
    [-1, "ffffffffffffffffff01"],
    [-128, "80ffffffffffffffff01"],
    [-2147483648, "80808080f8ffffffff01"],
  ],
  sint32: [
    [0, "00"],
    [-1, "01"],
    [1, "02"],
    [63, "7e"],
    [-64, "7f"],
    [64, "8001"],
    [-65, "8101"],
    [2147483647, "feffffff0f"],
    [-2147483648, "ffffffff0f"],
  ],
  fixed32: [
    [0, "00000000"],
    [1, "01000000"],
    [2147483648, "00000080"],
    [4294967295, "ffffffff"],
  ],
  sfixed32: [
    [0, "00000000"],
    [-1, "ffffffff"],
    [2147483647, "ffffff7f"],
    [-2147483648, "00000080"],
  ],
  int: [
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [4294967295, "ffffffff0f"],
    [4294967296, "8080808010"],
    [34359738367, "ffffffff7f"],
    [34359738368, "808080808001"],
    [Number.MAX_SAFE_INTEGER, "ffffffffffffff0f"],
    [-1, "ffffffffffffffffff01"],
    [-4294967296, "80808080f0ffffffff01"],
    [-4294967297, "ffffffffefffffffff01"],
    [Number.MIN_SAFE_INTEGER, "81808080808080f0ff01"],
  ],
  int64: [
    [0n, "00"],
    [127n, "7f"],
    [128n, "8001"],
    [2n ** 32n - 1n, "ffffffff0f"],
    [2n ** 32n, "8080808010"],
    [2n ** 35n - 1n, "ffffffff7f"],
    [2n ** 35n, "808080808001"],
    [2n ** 56n - 1n, "ffffffffffffff7f"],
    [2n ** 56n, "808080808080808001"],
    [2n ** 63n - 1n, "ffffffffffffffff7f"],
    [-1n, "ffffffffffffffffff01"],
    [-(2n ** 63n), "80808080808080808001"],
  ],
  uint64: [
    [0n, "00"],
    [2n ** 28n - 1n, "ffffff7f"],
    [2n ** 28n, "8080808001"],
    [2n ** 63n, "80808080808080808001"],
    [2n ** 64n - 1n, "ffffffffffffffffff01"],
  ],
  sint64: [
    [0n, "00"],
    [-1n, "01"],
    [1n, "02"],
    [-64n, "7f"],
    [64n, "8001"],
    [2n ** 31n, "8080808010"],
    [-(2n ** 31n), "ffffffff0f"],
    [2n ** 63n - 1n, "feffffffffffffffff01"],
    [-(2n ** 63n), "ffffffffffffffffff01"],
  ],
  fixed64: [
    [0n, "0000000000000000"],
    [1n, "0100000000000000"],
    [2n ** 32n, "0000000001000000"],
    [2n ** 64n - 1n, "ffffffffffffffff"],
  ],
  sfixed64: [
    [0n, "0000000000000000"],
    [-1n, "ffffffffffffffff"],
    [2n ** 63n - 1n, "ffffffffffffff7f"],
    [-(2n ** 63n), "0000000000000080"],
  ],
  float32: [
    [0, "00000000"],
    [-0, "00000080"],
    [1, "0000803f"],
    [-2.5, "000020c0"],
    [Math.fround(3.4028234663852886e38), "ffff7f7f"],
    [2 ** -149, "01000000"],
    [Infinity, "0000807f"],
    [-Infinity, "000080ff"],
    [NaN, "0000c07f"],
  ],
  float64: [
    [0, "0000000000000000"],
    [-0, "0000000000000080"],
    [1, "000000000000f03f"],
    [0.1, "9a9999999999b93f"],
    [Number.MAX_VALUE, "ffffffffffffef7f"],
    [Number.MIN_VALUE, "0100000000000000"],
    [Infinity, "000000000000f07f"],
    [-Infinity, "000000000000f0ff"],
    [NaN, "000000000000f87f"],
  ],
  bool: [
    [false, "00"],
    [true, "01"],
  ],
  string: [
    ["", "00"],
    ["a", "0161"],
    ["\0", "0100"],
    ["\x7f", "017f"],
    ["\x80", "02c280"],
    ["é", "02c3a9"],
    ["\u07ff", "02dfbf"],
    ["\u0800", "03e0a080"],
    ["€", "03e282ac"],
    ["\ud7ff", "03ed9fbf"],
    ["\ue000", "03ee8080"],
    ["\ufeff", "03efbbbf"],
    ["\ufffd", "03efbfbd"],
    ["\uffff", "03efbfbf"],
    ["\u{10000}", "04f0908080"],
    ["😀", "04f09f9880"],
    ["\u{10ffff}", "04f48fbfbf"],
    ["aé€😀z", "0b61c3a9e282acf09f98807a"],
  ],
  bytes: [
    [new Uint8Array(0), "00"],
    [Uint8Array.of(0, 255), "0200ff"],
  ],
  timestamp: [
    [new Date(0), "00"],
    [new Date(1), "0410c0843d"],
    [new Date(1000), "020801"],
    [new Date(-1), "1108ffffffffffffffffff0110c08faedc03"],
  ],
  duration: [
    [0, "00"],
    [1, "0410c0843d"],
    [1500, "0808011080cab5ee01"],
    [0.000001, "021001"],
    [-0.000001, "0b10ffffffffffffffffff01"],
    [-1000, "0b08ffffffffffffffffff01"],
  ],
} as const;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("values and their bytes", () => {
  for (const [kind, rows] of Object.entries(table)) {
    const type = kind as keyof typeof table;
    it(`writes and reads ${type}`, () => {
      for (const [value, bytes] of rows) {
        const writer = new Writer();
        writer[type](value as never);
        expect(hex(writer.take()), `${type} ${String(value)}`).toBe(bytes);

        const reader = new Reader(Buffer.from(bytes, "hex"));
        expect(reader[type](), `${type} ${bytes}`).toEqual(value);
        expect(reader.pos).toBe(bytes.length / 2);
      }
    });
  }

  it("writes and reads text of every length around the widths of its length", () => {
    for (const unit of ["x", "é", "€", "😀", "x€"]) {
      for (const count of [
        10, 15, 16, 17, 23, 24, 25, 41, 42, 43, 63, 64, 127, 128, 129, 5000, 16383, 16384,
      ]) {
        const text = unit.repeat(count);
        const writer = new Writer({ capacity: 1 });
        writer.string("before").string(text).string("after");
        const reader = new Reader(writer.take());
        expect([reader.string(), reader.string(), reader.string()]).toEqual(["before", text, "after"]);
      }
    }
  });

  it("reads text of every short length, all ASCII and with one letter at the end that is not", () => {
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL";
    for (let length = 0; length <= letters.length; length++) {
      for (const text of [
        letters.slice(0, length),
        `${letters.slice(0, length)}\u00e9`,
        `\u{1f600}${letters.slice(0, length)}`,
      ]) {
        const reader = new Reader(new Writer().string(text).take());
        expect(reader.string()).toBe(text);
      }
    }
  });

  it("writes the bytes of text that Buffer writes", () => {
    for (const text of ["x".repeat(200), "é".repeat(100), "😀€é".repeat(50), "x".repeat(130) + "é"]) {
      const writer = new Writer().string(text);
      expect(hex(writer.take()).endsWith(Buffer.from(text).toString("hex"))).toBe(true);
    }
  });
});

describe("values on the wire in more than one form", () => {
  const read = <T>(bytes: string, get: (reader: Reader) => T): T =>
    get(new Reader(Buffer.from(bytes, "hex")));

  it("takes varints that are longer than needed", () => {
    expect(read("8000", (r) => r.uint32())).toBe(0);
    expect(read("81808080808080808000", (r) => r.uint32())).toBe(1);
    expect(read("81808080808080808000", (r) => r.int64())).toBe(1n);
    expect(read("80808000", (r) => r.bool())).toBe(false);
    expect(read("80808001", (r) => r.bool())).toBe(true);
    expect(read("80808080808001", (r) => r.bool())).toBe(true);
  });

  it("takes the lower 32 bits of what was written as 64", () => {
    expect(read("ffffffffffffffffff01", (r) => r.uint32())).toBe(4294967295);
    expect(read("8080808010", (r) => r.int32())).toBe(0);
    expect(read("ffffffff0f", (r) => r.int32())).toBe(-1);
  });

  it("rounds a timestamp down to whole ms", () => {
    expect(read("0510ffffff7f", (r) => r.timestamp()).getTime()).toBe(268);
    // -1 s and 999,999,999 ns is just before 1970.
    expect(read("1108ffffffffffffffffff0110ff93ebdc03", (r) => r.timestamp()).getTime()).toBe(-1);
  });

  it("skips what a timestamp and a duration do not know", () => {
    expect(read("0408011805", (r) => r.timestamp()).getTime()).toBe(1000);
    expect(read("0408011805", (r) => r.duration())).toBe(1000);
  });
});
