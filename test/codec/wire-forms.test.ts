import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../runtime/src/bytes/writer.ts";
import { DecodeError, EncodeError } from "../../runtime/src/errors.ts";
import { decodeBody, encodeBody } from "../../runtime/src/codec/proto.ts";
import type { Body } from "../../runtime/src/schema/body.ts";
import type { ValueType } from "../../runtime/src/schema/types.ts";
import { bodies } from "./bodies.ts";
import { check } from "./check.ts";
import {
  Choice,
  Empty,
  Holder,
  Lists,
  Maps,
  Node,
  Optionals,
  Phase,
  Scalars,
  Traps,
} from "./everything.gorpc.ts";
import { protobufEsType, protobufjsType } from "./peers.ts";
import { valueOf } from "./values.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("lists of numbers", () => {
  const long = ["string", "bytes", "timestamp", "duration"];
  const numbers = Lists.fields.filter(({ type }) => {
    if (typeof type === "string" || type.kind !== "list") return false;
    return typeof type.element === "string" ? !long.includes(type.element) : type.element.kind === "enum";
  });
  const type = { ...Lists, fields: numbers } as unknown as ValueType;
  const values = valueOf(type) as fc.Arbitrary<Partial<Lists>>;

  it("are read packed, one by one, and in pieces of both", () => {
    const unpacked = [protobufEsType("Unpacked"), protobufjsType("Unpacked")];
    check(
      fc.property(values, values, (first, second) => {
        const [a, b] = [Lists.create(first), Lists.create(second)];
        for (const peer of unpacked) {
          const loose = peer.encode(type, first);
          expect(Lists.decode(loose)).toStrictEqual(a);
          const mixed = Lists.decode(Buffer.concat([loose, Lists.encode(b)]));
          for (const { name } of numbers) {
            const key = name as "int32";
            expect(mixed[key]).toStrictEqual([...a[key], ...b[key]]);
          }
        }
      }),
      40,
    );
  });
});

describe("fields that the schema does not know", () => {
  const all = bodies.filter(({ inside }) => inside === undefined);

  it.each(all)("are skipped, or kept byte for byte: $message", ({ type, message }) => {
    const peer = protobufEsType(message);
    check(
      fc.property(valueOf(type), (value) => {
        const bytes = peer.encode(type, value);
        expect(Empty.decode(bytes)).toEqual({});
        expect(Empty.encode(Empty.decode(bytes)).length).toBe(0);
        const kept = Empty.encode(Empty.decode(bytes, { unknownFields: "keep" }), { unknownFields: "keep" });
        expect(hex(kept)).toBe(hex(bytes));
      }),
      10,
    );
  });

  it("are kept at every level", () => {
    // A node whose left node, child and named node each carry field 100.
    const extra = "a20601 62";
    const node = `0a0161 2a00 ${extra}`;
    const bytes = bytesOf(`1209${node} 1a09${node} 220e 0a016b 1209${node} 2a00 ${extra}`);
    const read = Node.decode(bytes, { unknownFields: "keep" });
    expect(hex(Node.encode(read, { unknownFields: "keep" }))).toBe(hex(bytes));
    expect(hex(Node.encode(read))).not.toContain("a206");
  });

  it("of a later schema's union reach the handler and go on as they came", () => {
    const bytes = bytesOf("0a 04 fa060161 1200");
    const holder = Holder.decode(bytes);
    expect(holder.choice).toEqual({
      kind: "unknown",
      number: 111,
      bytes: new Uint8Array(bytesOf("fa060161")),
    });
    expect(hex(Holder.encode(holder))).toBe(hex(bytes));
    expect(Holder.toJson(holder)).toEqual({ choice: {}, point: {} });
  });

  it("of a later schema's enum keep their number", () => {
    const phase = Scalars.decode(bytesOf("f87f 2a")).phase;
    expect(phase).toBe(42);
    expect(Scalars.decode(Scalars.encode(Scalars.create({ phase }))).phase).toBe(42);
    expect(Object.values(Phase)).not.toContain(phase);
  });
});

describe("varints longer than needed", () => {
  const forms = [
    ["a value", "28 ac82808000"],
    ["a tag", "a880808000 ac02"],
    ["a length", "1a 81808000 00"],
    ["a length of an int32 as 64 bits", "28 ac82808080808080 8000"],
  ] as const;

  it.each(forms)("are read as the other libraries read them: %s", (_, text) => {
    const bytes = bytesOf(text);
    const ours = hex(Scalars.encode({ ...Scalars.decode(bytes) }));
    const always = "8a010092 0100".replace(" ", "");
    for (const peer of [protobufEsType("Scalars"), protobufjsType("Scalars")]) {
      // Theirs has no required times.
      expect(hex(Scalars.encode(Scalars.decode(peer.again(bytes))))).toBe(ours);
      expect(`${hex(peer.again(bytes))}${always}`).toBe(ours);
    }
  });
});

describe("text that has no UTF-8", () => {
  it("is refused when it is written, wherever it stands", () => {
    const lone = "a\ud800b";
    const cases: (() => unknown)[] = [
      () => Scalars.encode(Scalars.create({ text: lone })),
      () => Lists.encode(Lists.create({ text: ["ok", lone] })),
      () => Lists.encode(Lists.create({ cube: [[["ok"], [lone]]] })),
      () => Maps.encode(Maps.create({ text: { [lone]: "" } })),
      () => Maps.encode(Maps.create({ maps: { a: new Map([[true, lone]]) } })),
      () => Choice.encode({ kind: "text", value: lone }),
      () => Scalars.toJson(Scalars.create({ text: lone })),
    ];
    for (const attempt of cases) expect(attempt).toThrow(EncodeError);
    expect(cases[2]).toThrow(
      /^everything\.v1\.Lists\.cube\[0\]\[1\]\[0\]: a string with half of a surrogate pair/,
    );
    expect(cases[3]).toThrow(/^everything\.v1\.Maps\.text\["a\\ud800b"\]: /);
  });

  it("is refused when it is read, as @bufbuild/protobuf refuses it", () => {
    const peer = protobufEsType("Scalars");
    for (const text of ["1201ff", "1202c328", "1203eda080", "1204f8808080"]) {
      expect(() => Scalars.decode(bytesOf(text))).toThrow(DecodeError);
      expect(() => peer.again(bytesOf(text))).toThrow();
    }
  });
});

describe("names that bite", () => {
  const traps = Traps.create({
    ["__proto__"]: 5,
    constructor: "c",
    toString: "s",
    r: 1,
    w: 2,
    m: 3,
    tag: 4,
    kind: "k",
  } as never);

  it("go there and back in binary and in JSON", () => {
    const decoded = Traps.decode(Traps.encode(traps));
    expect(Object.entries(decoded)).toEqual(Object.entries(traps));
    expect(Object.hasOwn(decoded, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    const json = JSON.stringify(Traps.toJson(traps));
    expect(json).toBe(
      '{"__proto__":5,"constructor":"c","toString":"s","r":1,"w":2,"m":3,"tag":4,"type":"k"}',
    );
    expect(Object.entries(Traps.fromJson(JSON.parse(json) as never))).toEqual(Object.entries(traps));
  });

  it("are absent where nothing was given, whatever objects inherit", () => {
    const zero = Traps.decode(new Uint8Array(0));
    expect(zero.constructor).toBe("");
    expect(zero.toString).toBeUndefined();
    expect(zero.hasOwnProperty).toBeUndefined();
    expect(() => Traps.encode({} as never)).toThrow(/^everything\.v1\.Traps\.__proto__: missing/);
  });

  it("may be keys of maps", () => {
    const text: Record<string, string> = JSON.parse('{"__proto__":"a","constructor":"b"}') as never;
    const maps = Maps.create({ text });
    for (const read of [Maps.decode(Maps.encode(maps)), Maps.fromJson(Maps.toJson(maps))]) {
      expect(Object.entries(read.text)).toEqual(Object.entries(text));
      expect(Object.getPrototypeOf(read.text)).toBe(Object.prototype);
    }
  });
});

describe("depth", () => {
  const nested = (depth: number): Node => {
    let node = Node.create({ name: "leaf" });
    for (let level = 0; level < depth; level++) node = Node.create({ left: node });
    return node;
  };

  it("is 100 levels, both ways", () => {
    // The leaf's own point is one level more.
    expect(Node.decode(Node.encode(nested(99)))).toEqual(nested(99));
    expect(() => Node.encode(nested(100))).toThrow(/nests deeper than 100 levels/);
    let bytes = Buffer.alloc(0);
    for (let level = 0; level < 101; level++) {
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
      bytes = Buffer.concat([Uint8Array.of(0x12, ...length), bytes]);
    }
    expect(() => Node.decode(bytes)).toThrow(/nest deeper than 100 levels/);
    expect(Empty.decode(bytes)).toEqual({});
  });
});

describe("hostile bytes", () => {
  it.each([Scalars, Choice, Empty] as const)(
    "with a field number of more than 29 bits are refused: %#",
    (type) => {
      // 2^32 + 8: cut to 32 bits, it would be the tag of field 1.
      expect(() => type.decode(bytesOf("8880808010 01"))).toThrow(DecodeError);
    },
  );

  it("a duration whose parts have two signs, or too many nanoseconds, is the same when it comes again", () => {
    const { body } = bodies.find(({ message }) => message === "DurationValue")!;
    for (const [seconds, nanos] of [
      [-1, 804_306_368],
      [1, -804_306_368],
      [0, -1_999_999_999],
      [5, 2_000_000_001],
    ] as const) {
      const parts = new Writer().byte(8).int64(BigInt(seconds)).byte(16).int32(nanos).take();
      attempt(body, new Writer().byte(10).bytes(parts).take());
    }
  });

  function attempt(body: Body<unknown>, bytes: Uint8Array): void {
    let value: unknown;
    try {
      value = decodeBody(body, bytes);
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof RangeError)) throw error;
      return;
    }
    // What was taken goes out again, and means the same.
    expect(decodeBody(body, encodeBody(body, value))).toStrictEqual(value);
  }

  it.each(bodies)("let nothing but DecodeError and RangeError out of $message", ({ body, type }) => {
    check(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => attempt(body, bytes)),
      100,
    );
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    check(
      fc.property(valueOf(type), changes, fc.nat(), (value, places, cut) => {
        const bytes = encodeBody(body, value);
        for (const [place, byte] of places) if (bytes.length > 0) bytes[place % bytes.length] = byte;
        attempt(body, bytes);
        attempt(body, bytes.subarray(0, cut % (bytes.length + 1)));
      }),
      60,
    );
  });

  it("allocate nothing for what they only claim", () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const tag of ["12", "1a", "22", "3a", "9a01", "a201", "b201"]) {
      expect(() => Lists.decode(bytesOf(`${tag} ffffffff07 00`))).toThrow(DecodeError);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});

describe("boundaries", () => {
  const rows: Partial<Scalars>[] = [
    { int: Number.MAX_SAFE_INTEGER, int32: 2147483647, uint32: 4294967295, sint32: 2147483647 },
    { int: Number.MIN_SAFE_INTEGER, int32: -2147483648, uint32: 0, sint32: -2147483648 },
    { int64: 2n ** 63n - 1n, uint64: 2n ** 64n - 1n, sint64: 2n ** 63n - 1n, fixed64: 2n ** 64n - 1n },
    { int64: -(2n ** 63n), sint64: -(2n ** 63n), sfixed64: -(2n ** 63n), sfixed32: -2147483648 },
    { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE },
    { float32: -0, float64: -0 },
    { float32: NaN, float64: NaN },
    { float32: -Infinity, float64: Number.MIN_VALUE },
    { at: new Date("0001-01-01T00:00:00Z"), wait: -315_576_000_000_000 },
    { at: new Date("9999-12-31T23:59:59.999Z"), wait: 315_576_000_000_000 },
    { at: new Date(-1), wait: -0.000001 },
    { at: new Date(1000), wait: 0.000001 },
  ];
  it.each(rows)("are the others' too: case %#", (row) => {
    const value = Scalars.create(row);
    for (const peer of [protobufEsType("Scalars"), protobufjsType("Scalars")]) {
      expect(hex(Scalars.encode(value))).toBe(hex(peer.encode(Scalars, value)));
      expect(Scalars.decode(peer.encode(Scalars, value))).toStrictEqual(value);
    }
    const everything = Optionals.create({ scalars: value, phase: 0, flag: false, text: "", int: 0 });
    expect(Optionals.decode(Optionals.encode(everything))).toStrictEqual(everything);
    expect(Scalars.fromJson(JSON.parse(JSON.stringify(Scalars.toJson(value))) as never)).toStrictEqual(value);
  });
});
