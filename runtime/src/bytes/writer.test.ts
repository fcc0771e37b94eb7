import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncodeError } from "../errors.ts";
import { Reader } from "./reader.ts";
import { MessageTooLargeError, Writer } from "./writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("Writer", () => {
  it("keeps what is written when it grows", () => {
    const writer = new Writer({ capacity: 1 });
    const words = Array.from({ length: 5000 }, (_, index) => index);
    for (const word of words) writer.uint32(word);
    const reader = new Reader(writer.take());
    expect(words.map(() => reader.uint32())).toEqual(words);
  });

  it.each(["x", "é", "€", "𝄞"])("puts the length of a text of %s before it", (unit) => {
    for (let count = 0; count < 150; count++) {
      const text = unit.repeat(count);
      const length = Buffer.byteLength(text);
      const prefix = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
      expect(hex(new Writer().string(text).take())).toBe(
        hex(Buffer.concat([Buffer.from(prefix), Buffer.from(text)])),
      );
    }
  });

  it.each([0, 1, 126, 127, 128, 129, 16383, 16384, 2097151, 2097152])(
    "puts the length of a part of %i bytes before it",
    (length) => {
      const writer = new Writer().byte(7).open().raw(new Uint8Array(length).fill(1)).close().byte(9);
      const reader = new Reader(writer.take());
      expect(reader.uint32()).toBe(7);
      const end = reader.open();
      expect(end - reader.pos).toBe(length);
      reader.pos = end;
      reader.close();
      expect(reader.uint32()).toBe(9);
    },
  );

  it("puts lengths before parts in parts", () => {
    const inner = "x".repeat(120);
    const writer = new Writer();
    for (let depth = 0; depth < 100; depth++) writer.open();
    writer.string(inner);
    for (let depth = 0; depth < 100; depth++) writer.close();
    const reader = new Reader(writer.take());
    for (let depth = 0; depth < 100; depth++) reader.open();
    expect(reader.string()).toBe(inner);
    for (let depth = 0; depth < 100; depth++) reader.close();
  });

  it("refuses parts deeper than 100 levels", () => {
    const writer = new Writer();
    for (let depth = 0; depth < 100; depth++) writer.open();
    expect(() => writer.open()).toThrow(/nests deeper than 100 levels/);
  });

  it("is as good as new after a throw", () => {
    const writer = new Writer().string("kept");
    const start = writer.begin(1000);
    expect(() => writer.open().open().string("lost").int32(1.5)).toThrow(EncodeError);
    writer.truncate(start);
    for (let depth = 0; depth < 100; depth++) writer.open();
    for (let depth = 0; depth < 100; depth++) writer.close();
    writer.truncate(start);
    expect(hex(writer.take())).toBe("046b657074");
  });

  it("hands over what is written and goes on elsewhere", () => {
    const writer = new Writer().string("one");
    const one = writer.take();
    const two = writer.string("two").take();
    expect([hex(one), hex(two), writer.pos]).toEqual(["036f6e65", "0374776f", 0]);
  });

  it("makes room for what is put in by hand", () => {
    const writer = new Writer({ capacity: 1 }).byte(1).reserve(5000);
    writer.buffer.fill(2, writer.pos, writer.pos + 5000);
    writer.pos += 5000;
    const bytes = writer.take();
    expect([bytes.length, bytes[0], bytes[5000]]).toEqual([5001, 1, 2]);
  });
});

describe("a message's limit", () => {
  const writes: Record<string, (writer: Writer, size: number) => unknown> = {
    bytes: (writer, size) => writer.raw(new Uint8Array(size)),
    "single bytes": (writer, size) => {
      for (let i = 0; i < size; i++) writer.byte(0);
    },
    "short strings": (writer, size) => {
      for (let i = 0; i < size; i += 10) writer.string("x".repeat(9));
    },
    "a long string": (writer, size) => writer.string("x".repeat(size - 2)),
    "a list": (writer, size) => {
      writer.open();
      for (let i = 0; i < size - 2; i++) writer.uint32(1);
      writer.close();
    },
  };

  for (const [name, write] of Object.entries(writes)) {
    it(`lets ${name} of exactly the limit pass, and no byte more`, () => {
      const writer = new Writer({ capacity: 64 }).string("what came before does not count");
      writer.begin(5000);
      write(writer, 5000);
      expect(writer.end()).toBe(5000);

      writer.begin(4999);
      expect(() => {
        write(writer, 5000);
        writer.end();
      }).toThrow(MessageTooLargeError);
    });
  }

  it("is found while writing, not after", () => {
    const writer = new Writer();
    writer.begin(1000);
    expect(() => {
      for (let i = 0; i < 1_000_000; i++) writer.uint32(i);
    }).toThrow("the message is larger than the limit of 1000 bytes");
    expect(writer.buffer.length).toBeLessThan(5000);
  });

  it("refuses a string without making room for it", () => {
    const writer = new Writer();
    writer.begin(1000);
    expect(() => writer.string("x".repeat(10_000_000))).toThrow(MessageTooLargeError);
    expect(writer.buffer.length).toBeLessThan(5000);
  });

  it("ends with the message", () => {
    const writer = new Writer();
    writer.begin(10);
    writer.string("12345678").end();
    writer.string("123456789");
    writer.truncate(writer.begin(2));
    writer.string("123456789");
  });
});

describe("values that are not of their type", () => {
  const refused: Partial<Record<keyof Writer, unknown[]>> = {
    uint32: [-1, 2 ** 32, 1.5, NaN, Infinity, "1", 1n, null, undefined, {}],
    int32: [2 ** 31, -(2 ** 31) - 1, 0.5, NaN, "1", 1n, null, undefined, true, []],
    sint32: [2 ** 31, -(2 ** 31) - 1, 0.5, NaN, "1", 1n, null, undefined],
    fixed32: [-1, 2 ** 32, 1.5, NaN, "1", 1n, null, undefined],
    sfixed32: [2 ** 31, -(2 ** 31) - 1, 0.5, NaN, "1", 1n, null, undefined],
    int: [2 ** 53, -(2 ** 53), 1.5, NaN, Infinity, -Infinity, "1", 1n, null, undefined],
    int64: [2n ** 63n, -(2n ** 63n) - 1n, 1, "1", null, undefined],
    uint64: [2n ** 64n, -1n, 1, "1", null, undefined],
    sint64: [2n ** 63n, -(2n ** 63n) - 1n, 1, "1", null, undefined],
    fixed64: [2n ** 64n, -1n, 1, "1", null, undefined],
    sfixed64: [2n ** 63n, -(2n ** 63n) - 1n, 1, "1", null, undefined],
    float32: ["1", 1n, null, undefined, 3.5e38, -3.5e38, Number.MAX_VALUE],
    float64: ["1", 1n, null, undefined, true, new Date(0)],
    bool: [0, 1, "true", null, undefined],
    string: [1, null, undefined, ["a"], Object("a")],
    bytes: ["a", [1], null, undefined, new ArrayBuffer(1), new Uint16Array(1)],
    raw: ["a", [1], null, undefined],
    timestamp: [new Date(NaN), 0, "1970-01-01T00:00:00Z", null, undefined],
    duration: [
      NaN,
      Infinity,
      -Infinity,
      315_576_000_000_001,
      -315_576_000_000_001,
      "1s",
      1n,
      null,
      undefined,
    ],
  };
  for (const [type, values] of Object.entries(refused)) {
    it(`are refused by ${type}`, () => {
      for (const value of values) {
        const writer = new Writer() as unknown as Record<string, (value: unknown) => unknown>;
        expect(() => writer[type]!(value), String(value)).toThrow(EncodeError);
      }
    });
  }

  it.each([
    "\ud800",
    "\udc00",
    "a\ud800b",
    "\udc00\ud800",
    `${"x".repeat(500)}\ud83d`,
    "é\udfff",
    "\ud800\ud800\udc00",
  ])("include half of a surrogate pair (%j)", (text) => {
    expect(() => new Writer().string(text)).toThrow(/half of a surrogate pair/);
    expect(() => new Writer().text(text)).toThrow(EncodeError);
  });

  it("are shown, short and on one line", () => {
    const text = (value: unknown): string => {
      try {
        new Writer().int32(value as number);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(text(1.5)).toBe("1.5 is not an int32, an integer from -2147483648 to 2147483647");
    expect(text(undefined)).toMatch(/^missing, expected an int32/);
    expect(text("a\n".repeat(100))).toMatch(/^"(a\\n){20}…" is not/);
    expect(text(null)).toMatch(/^null is not/);
    expect(text([1])).toMatch(/^an array is not/);
    expect(text(new Map())).toMatch(/^a Map is not/);
    expect(text({ secret: 1 })).toMatch(/^an object is not/);
    expect(text(new Uint8Array(2))).toMatch(/^bytes is not/);
    expect(text(new Date(0))).toMatch(/^1970-01-01T00:00:00.000Z is not/);
    expect(text(new Date(NaN))).toMatch(/^an invalid Date is not/);
    expect(text(() => 1)).toMatch(/^a function is not/);
  });
});

describe("bytes that are spliced in", () => {
  const joined = (writer: Writer): Buffer => Buffer.concat(writer.parts(0));
  type Part = Uint8Array | Part[];
  const { part } = fc.letrec<{ part: Part }>((tie) => ({
    part: fc.oneof(
      { depthSize: "small" },
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie("part"), { maxLength: 4 }),
    ),
  }));
  const write = (writer: Writer, value: Part): void => {
    if (value instanceof Uint8Array) return void writer.byte(1).bytes(value);
    writer.byte(2).open();
    for (const each of value) write(writer, each);
    writer.close();
  };

  it("give the same message, whatever it is made of", () => {
    fc.assert(
      fc.property(part, fc.nat(200), (value, above) => {
        const [plain, splicing] = [new Writer(), new Writer()];
        splicing.spliceAbove = above;
        const lengths = [plain, splicing].map((writer) => {
          writer.begin(1e9);
          write(writer, value);
          return writer.end();
        });
        expect(joined(splicing).equals(joined(plain))).toBe(true);
        expect(lengths[1]).toBe(lengths[0]);
      }),
    );
  });

  it("count towards the limit", () => {
    const writer = new Writer();
    writer.spliceAbove = 10;
    const write = (size: number): number => {
      writer.truncate(0);
      writer.begin(100);
      writer.bytes(new Uint8Array(40)).bytes(new Uint8Array(size));
      return writer.end();
    };
    expect(write(58)).toBe(100);
    expect(() => write(59)).toThrow(MessageTooLargeError);
    expect(() => write(59)).toThrow("the message is larger than the limit of 100 bytes");
    writer.truncate(0);
    writer.begin(100);
    writer.bytes(new Uint8Array(90));
    expect(() => writer.string("x".repeat(10))).toThrow("the limit of 100 bytes");
  });

  it("are gone with what is taken back", () => {
    const writer = new Writer();
    writer.spliceAbove = 10;
    writer.begin(100);
    writer.bytes(new Uint8Array(50));
    expect(writer.isSpliced).toBe(true);
    writer.truncate(0);
    expect(writer.isSpliced).toBe(false);
    writer.byte(7);
    expect(joined(writer)).toEqual(Buffer.of(7));
  });
});
