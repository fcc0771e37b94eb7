import { describe, expect, it } from "vitest";
import { Writer } from "../../bytes/writer.ts";
import { DecodeError } from "../../errors.ts";
import { enumeration, type Field, list, map, type ValueType } from "../../schema/types.ts";
import { GobDecoder } from "./decoder.ts";
import { GobEncoder } from "./encoder.ts";
import { basic, define, int, message, stream } from "./streams.fixture.ts";
import { type GobStruct, struct } from "./struct.ts";

type Fields = Readonly<Record<string, ValueType | Partial<Field>>>;
type Value = Record<string, unknown>;

/** A struct with fields of these names. */
function of(fields: Fields, name = "T"): GobStruct<Value> {
  return struct(
    name,
    Object.entries(fields).map(([field, given], index) => {
      const type = typeof given === "object" && !("kind" in given) ? given : { type: given as ValueType };
      return { number: index + 1, name: field, type: "bool", ...type };
    }),
  );
}

function write(...values: readonly (readonly [GobStruct<Value>, Value])[]): Uint8Array {
  const encoder = new GobEncoder();
  const writer = new Writer();
  for (const [type, value] of values) encoder.encode(writer, type, value);
  return writer.take();
}

function read(bytes: Uint8Array, ...types: readonly GobStruct<Value>[]): unknown {
  const decoder = new GobDecoder();
  decoder.push(bytes);
  const values = types.map((type) => decoder.decode(type));
  decoder.end();
  return values.length === 1 ? values[0] : values;
}

const across = (from: Fields, value: Value, to: Fields): unknown => read(write([of(from), value]), of(to));

const phase = enumeration("p.Phase", { NONE: 0, OPEN: 1 });
const point = of({ x: "int32", y: "int32" }, "p.Point").type as unknown as ValueType;

describe("fields", () => {
  it("are found by name, in whatever order", () => {
    expect(across({ a: "int32", b: "string" }, { a: 1, b: "x" }, { b: "string", a: "int32" })).toStrictEqual({
      b: "x",
      a: 1,
    });
  });

  it("go by the name that @go gives", () => {
    const theirs: Fields = { ID: "string" };
    expect(across(theirs, { ID: "x" }, { user_id: { type: "string", go: "ID" } })).toStrictEqual({
      user_id: "x",
    });
  });

  it("that did not come are zero, or undefined where they are optional", () => {
    const ours: Fields = {
      same: "bool",
      number: "int32",
      big: "int64",
      at: "timestamp",
      list: list("string"),
      record: map("string", "bool"),
      map: map("bool", "bool"),
      blob: "bytes",
      phase,
      point,
      maybe: { type: point, optional: true },
    };
    expect(across({ same: "bool" }, { same: true }, ours)).toStrictEqual({
      same: true,
      number: 0,
      big: 0n,
      at: new Date("0001-01-01T00:00:00Z"),
      list: [],
      record: {},
      map: new Map(),
      blob: new Uint8Array(0),
      phase: 0,
      point: { x: 0, y: 0 },
      maybe: undefined,
    });
  });

  it("that nothing here wants are passed over, whatever they are", () => {
    const theirs: Fields = {
      flag: "bool",
      number: "int64",
      wide: "uint64",
      float: "float64",
      text: "string",
      blob: "bytes",
      at: "timestamp",
      point,
      points: list(point),
      grid: list(list("int32")),
      table: map("string", map("int32", point)),
      wanted: "int32",
    };
    const value = {
      flag: true,
      number: -(2n ** 63n),
      wide: 2n ** 64n - 1n,
      float: 0.1,
      text: "x".repeat(300),
      blob: new Uint8Array(200),
      at: new Date(1),
      point: { x: 1, y: 2 },
      points: [
        { x: 1, y: 0 },
        { x: 0, y: 0 },
      ],
      grid: [[1, 2], []],
      table: { a: new Map([[1, { x: 1, y: 1 }]]) },
      wanted: 5,
    };
    expect(across(theirs, value, { wanted: "int32" })).toStrictEqual({ wanted: 5 });
  });

  it("must match in one at least, as Go has it", () => {
    expect(() => across({ a: "int32" }, { a: 1 }, { b: "int32" })).toThrow(
      new DecodeError('T: the peer sends struct "T", which has none of its fields'),
    );
    expect(across({}, {}, { b: "int32" })).toStrictEqual({ b: 0 });
    expect(across({ a: "int32" }, { a: 1 }, {})).toStrictEqual({});
  });
});

describe("kinds", () => {
  const samples: readonly (readonly [kind: string, type: ValueType, value: unknown])[] = [
    ["bool", "bool", true],
    ["int", "int32", 1],
    ["int", "int64", 1n],
    ["int", "duration", 1],
    ["int", phase, 1],
    ["uint", "uint32", 1],
    ["uint", "uint64", 1n],
    ["float", "float32", 1],
    ["float", "float64", 1],
    ["bytes", "bytes", Uint8Array.of(1)],
    ["string", "string", "x"],
    ["time", "timestamp", new Date(1)],
    ["slice of int", list("int32"), [1]],
    ["slice of uint", list("uint32"), [1]],
    ["map of int", map("string", "int32"), { a: 1 }],
    ["map of string", map("string", "string"), { a: "x" }],
    ["map with ints", map("int32", "string"), new Map([[1, "x"]])],
    ["struct", point, { x: 1, y: 2 }],
  ];

  for (const [theirKind, theirs, value] of samples) {
    it(`${theirKind} ${JSON.stringify(theirs)} goes into its own kind alone`, () => {
      const accepted = samples.filter(([, ours]) => {
        try {
          across({ a: theirs, b: "bool" }, { a: value, b: true }, { a: ours, b: "bool" });
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect((error as Error).message).toMatch(/^T\.a(\[\])?: the peer sends .* where .* is expected$/);
          return false;
        }
      });
      expect(accepted.map(([kind]) => kind)).toEqual(
        samples.map(([kind]) => kind).filter((kind) => kind === theirKind),
      );
    });
  }

  it("a complex number, an interface and what encodes itself go into nothing that wants something else", () => {
    const theirs = (type: number): Uint8Array =>
      stream(
        message(define.struct(65, "T", { A: type })),
        message(define.opaque(66, "Big")),
        message(int(65), [0]),
      );
    const reading = (type: number, ours: ValueType) => () => read(theirs(type), of({ a: ours }));
    expect(reading(basic.complex, "float64")).toThrow("T.a: the peer sends complex where float is expected");
    expect(reading(basic.interface, point)).toThrow("T.a: the peer sends interface where struct is expected");
    expect(reading(66, "string")).toThrow(
      'T.a: the peer sends a type that encodes itself "Big" where string is expected',
    );
    expect(reading(basic.int, "timestamp")).toThrow("T.a: the peer sends int where time.Time is expected");
  });

  it("an array goes into a list, and one of bytes into bytes", () => {
    const bytes = stream(
      message(define.struct(70, "T", { List: 71, Blob: 72 })),
      message(define.array(71, basic.int, 2)),
      message(define.array(72, basic.uint, 3)),
      message(int(70), [1, 2, 2, 4], [1, 3, 1, 0xff, 200, 3], [0]),
    );
    expect(read(bytes, of({ list: list("int32"), blob: "bytes" }))).toStrictEqual({
      list: [1, 2],
      blob: Uint8Array.of(1, 200, 3),
    });
  });
});

describe("numbers", () => {
  it.each<[ValueType, unknown, ValueType, string]>([
    ["int64", 2n ** 31n, "int32", "T.a: 2147483648 is outside the range of int32, -2147483648 to 2147483647"],
    [
      "int64",
      -(2n ** 31n) - 1n,
      "sint32",
      "T.a: -2147483649 is outside the range of int32, -2147483648 to 2147483647",
    ],
    ["int64", 2n ** 53n, "int", "T.a: 9007199254740992 is outside the range of int, -(2^53 - 1) to 2^53 - 1"],
    [
      "int64",
      2n ** 40n,
      phase,
      "T.a: 1099511627776 is outside the range of int32, -2147483648 to 2147483647",
    ],
    ["uint64", 2n ** 32n, "uint32", "T.a: 4294967296 is outside the range of uint32, 0 to 4294967295"],
    ["float64", 1e39, "float32", "T.a: 1e+39 is outside the range of float32, up to about 3.4e38"],
  ])("of type %j are refused where %s does not fit %j", (from, value, to, problem) => {
    expect(() => across({ a: from }, { a: value }, { a: to })).toThrow(new RangeError(problem));
  });

  it("go into wider types and narrower ones that hold them", () => {
    expect(across({ a: "int32" }, { a: -5 }, { a: "int64" })).toStrictEqual({ a: -5n });
    expect(across({ a: "int64" }, { a: -5n }, { a: "int32" })).toStrictEqual({ a: -5 });
    expect(across({ a: "float64" }, { a: Infinity }, { a: "float32" })).toStrictEqual({ a: Infinity });
    expect(across({ a: "float64" }, { a: 0.1 }, { a: "float32" })).toStrictEqual({ a: Math.fround(0.1) });
  });
});

describe("a stream", () => {
  it("goes on after a value that did not fit", () => {
    const bytes = write([of({ a: "int32" }), { a: 1 }], [of({ a: "string" }, "U"), { a: "x" }]);
    const decoder = new GobDecoder();
    decoder.push(bytes);
    expect(() => decoder.decode(of({ a: "uint32" }))).toThrow(
      "T.a: the peer sends int where uint is expected",
    );
    expect(decoder.decode(of({ a: "string" }, "U"))).toStrictEqual({ a: "x" });
  });

  it("defines a type once, and again what did not go out", () => {
    const encoder = new GobEncoder();
    const writer = new Writer();
    const one = of({ a: "int32" });
    const other = of({ point, texts: list("string") });
    encoder.encode(writer, one, { a: 1 });
    const first = writer.pos;
    expect(() => encoder.encode(writer, other, { point: { x: 1, y: 2 }, texts: [5] })).toThrow(
      "T.texts[0]: 5 is not a string",
    );
    expect(writer.pos).toBe(first);
    encoder.encode(writer, one, { a: 2 });
    expect(writer.pos - first).toBeLessThan(first / 2);
    encoder.encode(writer, other, { point: { x: 1, y: 2 }, texts: ["x"] });
    expect(read(writer.take(), one, one, other)).toStrictEqual([
      { a: 1 },
      { a: 2 },
      { point: { x: 1, y: 2 }, texts: ["x"] },
    ]);
  });

  it("can take back what was encoded", () => {
    const encoder = new GobEncoder();
    const writer = new Writer();
    const { mark } = encoder;
    const type = of({ point });
    encoder.encode(writer, type, { point: { x: 1, y: 2 } });
    writer.truncate(0);
    encoder.forgetAfter(mark);
    encoder.encode(writer, type, { point: { x: 3, y: 4 } });
    expect(read(writer.take(), type)).toStrictEqual({ point: { x: 3, y: 4 } });
  });
});

describe("names that Go does not have", () => {
  it("are refused, with the remedy", () => {
    expect(() => write([of({ _: "bool" }), { _: true }])).toThrow(
      'T._ has no name that Go exports, which @go("Name") would give it',
    );
    expect(() => write([of({ user_id: "bool", UserId: "bool" }), { user_id: true, UserId: true }])).toThrow(
      'T has two fields that are UserId in Go; @go("Name") gives one another name',
    );
  });
});
