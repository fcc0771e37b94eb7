import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.ts";
import { Writer } from "../bytes/writer.ts";
import { DecodeError, EncodeError } from "../errors.ts";
import {
  absent,
  enumeration,
  list,
  map,
  message,
  messageBody,
  type MessageType,
  nothing,
  union,
  unionBody,
  type UnionType,
  type UnknownMember,
  wrapper,
} from "../generated-code.ts";
import type { Body } from "../schema/body.ts";
import type { JsonValue } from "../schema/message.ts";
import { type Field, type ScalarName, scalarNames, type ValueType } from "../schema/types.ts";
import { fromJson, jsonCodec, toJson } from "./json.ts";

const code = { write() {}, read: () => ({}) };
const Color = enumeration("t.Color", { NONE: 0, RED: 1, BLUE: -2 });

/** A message with the given fields; JSON works from these alone. */
const typeOf = (fields: Field[], name = "t.M", zero: object = {}): MessageType<object> =>
  message<object>(messageBody(name, { fields: () => fields, write() {}, read: () => ({ ...zero }) }));
const single = (type: ValueType, rest: Partial<Field> = {}): MessageType<object> =>
  typeOf([{ number: 1, name: "f", type, ...rest }]);

type Choice = { kind: "text"; value: string } | { kind: "flag"; value: boolean } | UnknownMember;
const Choice: UnionType<Choice> = union<Choice>(
  unionBody("t.Choice", {
    members: () => [
      { number: 1, name: "text", type: "string", json: "txt" },
      { number: 2, name: "flag", type: "bool" },
    ],
    write() {},
    read: (r) => absent(r, Choice, "t.Choice"),
  }),
);

/** By type: values and their JSON, read in both directions. */
const table: Record<ScalarName, (readonly [unknown, JsonValue])[]> = {
  bool: [
    [true, true],
    [false, false],
  ],
  string: [
    ["", ""],
    ["a\u2028😀", "a\u2028😀"],
  ],
  bytes: [
    [new Uint8Array(0), ""],
    [Uint8Array.of(251, 255), "+/8="],
    [Uint8Array.of(1, 2, 3), "AQID"],
  ],
  int: [
    [0, 0],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  ],
  int32: [
    [2147483647, 2147483647],
    [-2147483648, -2147483648],
  ],
  uint32: [
    [0, 0],
    [4294967295, 4294967295],
  ],
  sint32: [[-1, -1]],
  fixed32: [[4294967295, 4294967295]],
  sfixed32: [[-5, -5]],
  int64: [
    [9223372036854775807n, "9223372036854775807"],
    [-9223372036854775808n, "-9223372036854775808"],
  ],
  uint64: [[18446744073709551615n, "18446744073709551615"]],
  sint64: [[-1n, "-1"]],
  fixed64: [[0n, "0"]],
  sfixed64: [[-7n, "-7"]],
  float32: [
    [0.5, 0.5],
    [-0, "-0"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [3.4028234663852886e38, 3.4028234663852886e38],
  ],
  float64: [
    [0.1, 0.1],
    [-0, "-0"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ],
  timestamp: [
    [new Date(0), "1970-01-01T00:00:00Z"],
    [new Date(1), "1970-01-01T00:00:00.001Z"],
    [new Date(-1), "1969-12-31T23:59:59.999Z"],
    [new Date("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z"],
    [new Date("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z"],
  ],
  duration: [
    [0, "0s"],
    [1000, "1s"],
    [-1500, "-1.500s"],
    [1.5, "0.001500s"],
    [0.000001, "0.000000001s"],
    [-0.000001, "-0.000000001s"],
    [315_576_000_000_000, "315576000000s"],
  ],
};

/** Other JSON that stands for a value. */
const alsoRead: Partial<Record<ScalarName, (readonly [JsonValue, unknown])[]>> = {
  bytes: [
    ["-_8", Uint8Array.of(251, 255)],
    ["-_8=", Uint8Array.of(251, 255)],
    ["AQ", Uint8Array.of(1)],
  ],
  int: [
    ["5", 5],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-0", 0],
    [-0, 0],
  ],
  int32: [
    ["5", 5],
    ["1e3", 1000],
    ["1.0", 1],
    [1e3, 1000],
  ],
  int64: [
    [5, 5n],
    [-0, 0n],
    ["1e3", 1000n],
  ],
  float32: [
    [0.1, Math.fround(0.1)],
    ["0.5", 0.5],
  ],
  float64: [
    ["1e-3", 0.001],
    ["-0", -0],
    [-0, -0],
  ],
  timestamp: [
    ["1970-01-01T00:00:00.0019Z", new Date(1)],
    ["1969-12-31T23:59:59.9999Z", new Date(-1)],
    ["1970-01-01T01:30:00+01:30", new Date(0)],
    ["1969-12-31T23:00:00-01:00", new Date(0)],
    ["2024-02-29T00:00:00Z", new Date("2024-02-29T00:00:00Z")],
  ],
  duration: [
    ["1.5s", 1500],
    ["-0s", 0],
    ["1.000000001s", 1000.000001],
  ],
};

const unread: Record<ScalarName, JsonValue[]> = {
  bool: [0, 1, "true", {}],
  string: [1, true, [], {}, "\ud800"],
  bytes: [1, "a", "AQIDA", "A===", "A*==", "AQ ID", [1]],
  int: [1.5, 2 ** 53, "9007199254740992", "", " 1", "1 ", "0x1", "1e400", true, "NaN", []],
  int32: [2147483648, -2147483649, 0.5, "2147483648", "1.5", "", "abc", true],
  uint32: [-1, 4294967296, "-1"],
  sint32: [2147483648],
  fixed32: [-1],
  sfixed32: [2147483648],
  int64: ["9223372036854775808", "-9223372036854775809", 2 ** 53, 1.5, "", "1.5", "9".repeat(100_000)],
  uint64: ["-1", "18446744073709551616", -1],
  sint64: ["9223372036854775808"],
  fixed64: ["-1"],
  sfixed64: ["9223372036854775808"],
  float32: ["", "nan", "inf", 3.5e38, "-3.5e38", true, "1,5"],
  float64: ["", "nan", "Infinit", "1e999", true, {}],
  timestamp: [
    0,
    "",
    "1970-01-01",
    "1970-01-01T00:00:00",
    "1970-01-01 00:00:00Z",
    "1970-13-01T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1970-01-01T24:00:00Z",
    "1970-01-01T00:00:60Z",
    "1970-01-01T00:00:00+24:00",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "+10000-01-01T00:00:00Z",
    "1970-01-01T00:00:00.0123456789Z",
  ],
  duration: [1, "", "1", "s", "1.s", ".5s", "1 s", "1m", "315576000001s", "1.0000000001s", "--1s"],
};

describe("scalars in JSON", () => {
  for (const type of scalarNames) {
    it(`${type} is written and read`, () => {
      for (const [value, json] of table[type]) {
        expect(toJson(list(type), [value]), String(value)).toEqual([json]);
        expect(fromJson(list(type), [json]), JSON.stringify(json)).toEqual([value]);
      }
      for (const [json, value] of alsoRead[type] ?? []) {
        expect(fromJson(type, json), JSON.stringify(json)).toEqual(value);
      }
      for (const json of [null, ...unread[type]]) {
        expect(() => fromJson(type, json), JSON.stringify(json)).toThrow(DecodeError);
      }
    });
  }

  it("refuses to write what does not fit", () => {
    expect(() => toJson("int32", 1.5)).toThrow(
      new EncodeError("value: 1.5 is not an int32, an integer from -2147483648 to 2147483647"),
    );
    expect(() => toJson("string", "\udc00")).toThrow(EncodeError);
    expect(() => toJson("timestamp", new Date(8.64e15))).toThrow("the years 0001 to 9999");
    expect(() => toJson("timestamp", new Date("-000001-01-01T00:00:00Z"))).toThrow(EncodeError);
  });
});

describe("enums in JSON", () => {
  it("go by name, and by number where it has none", () => {
    expect(toJson(list(Color), [0, 1, -2, 7])).toEqual(["NONE", "RED", "BLUE", 7]);
    expect(fromJson(list(Color), ["NONE", "BLUE", 1, 7, -9])).toEqual([0, -2, 1, 7, -9]);
  });

  it.each(["GREEN", "constructor", "", "1", 1.5, 2 ** 31, true])("do not read %j", (json) => {
    expect(() => fromJson(Color, json)).toThrow(/^value: .* is not a name or number of t\.Color/);
  });
});

describe("messages in JSON", () => {
  const Inner = typeOf([{ number: 1, name: "x", type: "int" }], "t.Inner", { x: 0 });
  const M = typeOf([
    { number: 1, name: "text", type: "string" },
    { number: 2, name: "note", type: "string", optional: true },
    { number: 3, name: "at", type: "timestamp" },
    { number: 4, name: "inner", type: Inner },
    { number: 5, name: "grid", type: list(list("int")) },
    { number: 6, name: "byName", type: map("string", Color), json: "by_name" },
    { number: 7, name: "byFlag", type: map("bool", list("int64")) },
    { number: 8, name: "score", type: "float64" },
    { number: 9, name: "choice", type: Choice, optional: true },
    { number: 10, name: "wait", type: "duration" },
  ]);
  const zeros = {
    text: "",
    note: undefined,
    at: new Date(0),
    inner: { x: 0 },
    grid: [],
    byName: {},
    byFlag: new Map(),
    score: 0,
    choice: undefined,
    wait: 0,
  };
  const full = {
    text: "a",
    note: "",
    at: new Date(5),
    inner: { x: 1 },
    grid: [[1, 2], [], [3]],
    byName: { b: 1, a: 7 },
    byFlag: new Map([
      [true, [1n]],
      [false, []],
    ]),
    score: -0,
    choice: { kind: "text", value: "" },
    wait: 1,
  };
  const json = {
    text: "a",
    note: "",
    at: "1970-01-01T00:00:00.005Z",
    inner: { x: 1 },
    grid: [[1, 2], [], [3]],
    by_name: { b: "RED", a: 7 },
    byFlag: { true: ["1"], false: [] },
    score: "-0",
    choice: { txt: "" },
    wait: "0.001s",
  };

  it("leave out zeros, but not times, messages and what is optional", () => {
    expect(M.toJson(zeros)).toEqual({ at: "1970-01-01T00:00:00Z", inner: {}, wait: "0s" });
    expect(M.fromJson({})).toStrictEqual(zeros);
  });

  it("are written and read whole", () => {
    expect(M.toJson(full)).toEqual(json);
    expect(M.fromJson(json)).toStrictEqual(full);
  });

  it("read null as absent", () => {
    const nulls = Object.fromEntries(Object.keys(json).map((key) => [key, null]));
    expect(M.fromJson(nulls)).toStrictEqual(zeros);
  });

  it("take a field's name in the schema too, where no other field has that name", () => {
    expect(M.fromJson({ byName: { a: 1 } })).toMatchObject({ byName: { a: 1 } });
    const swapped = typeOf([
      { number: 1, name: "a", type: "int", json: "b" },
      { number: 2, name: "b", type: "int", json: "a" },
    ]);
    expect(swapped.fromJson({ a: 1, b: 2 })).toEqual({ a: 2, b: 1 });
    expect(swapped.fromJson({ a: 1 })).toEqual({ a: 0, b: 1 });
  });

  it("skip keys that they do not know", () => {
    expect(Inner.fromJson({ x: 1, y: [{ z: null }], constructor: 5 })).toEqual({ x: 1 });
  });

  it("name the path of what does not fit", () => {
    const path = (value: JsonValue): string => {
      try {
        M.fromJson(value);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(path({ inner: { x: "a" } })).toBe('t.M.inner.x: "a" is not a valid int');
    expect(path({ grid: [[1], [2, 0.5]] })).toBe("t.M.grid[1][1]: 0.5 is not a valid int");
    expect(path({ grid: [null] })).toBe("t.M.grid[0]: null is not a list, an array");
    expect(path({ by_name: { b: "GREEN" } })).toBe(
      't.M.byName["b"]: "GREEN" is not a name or number of t.Color',
    );
    expect(path({ byFlag: { yes: [] } })).toBe('t.M.byFlag: "yes" is not a valid bool');
    expect(path({ byFlag: { true: [1.5] } })).toMatch(
      /^t\.M\.byFlag\["true"\]\[0\]: 1\.5 is not a valid int64 \(one beyond/,
    );
    expect(path({ inner: [] })).toBe("t.M.inner: an array is not an object");
    expect(path([])).toBe("t.M: an array is not an object");
    expect(path(null)).toBe("t.M: null is not an object");
    expect(() => M.toJson({ ...full, inner: { x: 1.5 } })).toThrow(/^t\.M\.inner\.x: 1\.5 is not an int/);
    expect(() => M.toJson({ ...full, grid: [["1"]] })).toThrow(/^t\.M\.grid\[0\]\[0\]: "1" is not an int/);
  });

  it("do not show what is sensitive", () => {
    const type = single(map("string", "int"), { sensitive: true });
    for (const json of [{ f: { "4111": "4242 4242" } }, { f: "4242" }]) {
      expect(() => type.fromJson(json)).toThrow(
        new DecodeError("t.M.f: does not fit its type (sensitive, not shown)"),
      );
    }
    expect(() => type.toJson({ f: { a: "4242" } })).toThrow(
      "t.M.f: does not fit its type (sensitive, not shown)",
    );
  });

  it("keep names that bite", () => {
    const type = typeOf([
      { number: 1, name: "__proto__", type: "int" },
      { number: 2, name: "constructor", type: "int", optional: true },
      { number: 3, name: "toString", type: "int" },
    ]);
    const value = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}') as object;
    expect(JSON.stringify(type.toJson(value))).toBe('{"__proto__":1,"constructor":2,"toString":3}');
    const read = type.fromJson(value as JsonValue);
    expect(Object.entries(read)).toEqual(Object.entries(value));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.hasOwn(type.fromJson({}), "toString")).toBe(true);
    expect(() => type.toJson(JSON.parse('{"__proto__":1}') as object)).toThrow("t.M.toString: missing");

    const labels = map("string", "int");
    const record = fromJson(labels, JSON.parse('{"__proto__":1,"constructor":2}') as JsonValue);
    expect(Object.entries(record as object)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
    expect(JSON.stringify(toJson(labels, record))).toBe('{"__proto__":1,"constructor":2}');
  });

  it("are refused below 100 levels", () => {
    const Node: MessageType<object> = message<object>(
      messageBody("t.Node", {
        fields: () => [{ number: 1, name: "n", type: Node, optional: true }],
        ...code,
      }),
    );
    const nested = (depth: number): JsonValue => (depth === 0 ? {} : { n: nested(depth - 1) });
    expect(Node.fromJson(nested(100))).toBeDefined();
    expect(() => Node.fromJson(nested(101))).toThrow(/nests deeper than 100 levels/);
    expect(Node.toJson(nested(100) as object)).toEqual(nested(100));
    expect(() => Node.toJson(nested(101) as object)).toThrow(/nests deeper than 100 levels/);
  });
});

describe("unions in JSON", () => {
  it("are objects with one member", () => {
    expect(Choice.toJson({ kind: "flag", value: false })).toEqual({ flag: false });
    expect(Choice.fromJson({ flag: false })).toEqual({ kind: "flag", value: false });
    expect(Choice.fromJson({ flag: null, txt: "a", later: 5 })).toEqual({ kind: "text", value: "a" });
  });

  it("leave out a member that is unknown", () => {
    expect(Choice.toJson({ kind: "unknown", number: 5, bytes: Uint8Array.of(40, 1) })).toEqual({});
  });

  it.each<[string, JsonValue]>([
    ["none", {}],
    ["only an unknown one", { later: 5 }],
    ["two", { flag: true, txt: "a" }],
  ])("need one member, not %s", (_, json) => {
    expect(() => Choice.fromJson(json)).toThrow(
      /^t\.Choice: it has [02] members of the union, and needs one of text, flag$/,
    );
  });

  it("are missed where they are required", () => {
    expect(() => single(Choice).fromJson({})).toThrow(
      new DecodeError("t.M.f: missing, and a union has no zero"),
    );
    expect(() => Choice.toJson({ kind: "txt" } as never)).toThrow(
      't.Choice.kind: "txt" is not one of text, flag',
    );
  });
});

describe("the JSON codec", () => {
  function encode<T>(body: Body<T>, value: T): string {
    const writer = new Writer().byte(1);
    jsonCodec.encode(body, value, writer);
    return Buffer.from(writer.take().subarray(1)).toString();
  }
  function decode<T>(body: Body<T>, text: string | Uint8Array): T {
    const bytes = Buffer.concat([Buffer.from("["), Buffer.from(text as string), Buffer.from("]")]);
    return jsonCodec.decode(body, new Reader().reset(bytes, 1, bytes.length - 1), bytes.length - 1);
  }
  const Grid = wrapper<number[][]>({ type: () => list(list("int")), write() {}, read: () => [] });

  it("writes and reads text between two offsets", () => {
    const M = single("string");
    expect(encode(M, { f: "é\u2028😀" })).toBe('{"f":"é\u2028😀"}');
    expect(decode(M, '{"f":"é😀"}')).toEqual({ f: "é😀" });
  });

  it("shows a wrapped value bare, and nothing as an empty object", () => {
    expect(encode(Grid, [[1], []])).toBe("[[1],[]]");
    expect(decode(Grid, "[[1],[]]")).toEqual([[1], []]);
    expect(encode(nothing, undefined)).toBe("{}");
    expect(decode(nothing, "{}")).toBeUndefined();
  });

  it.each(["", "{", "nul", '{"f":1}x', "[1,]"])("refuses %j without quoting it", (text) => {
    expect(() => decode(Grid, text)).toThrow(/^the text is not JSON( at position \d+)?$/);
  });

  it("refuses text that is not UTF-8", () => {
    expect(() => decode(Grid, Buffer.from("225bff225d", "hex"))).toThrow(/not valid UTF-8/);
  });

  it("lets nothing but DecodeError out, whatever the text", () => {
    const M = typeOf([
      ...scalarNames.map((type, index) => ({ number: index + 1, name: type, type })),
      { number: 40, name: "list", type: list(Choice) },
      { number: 41, name: "map", type: map("int64", Color) },
    ]);
    const keys = fc.constantFrom(...scalarNames, "list", "map", "txt", "flag", "RED", "5", "__proto__");
    const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
      json: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue({ maxDepth: 0 }) as fc.Arbitrary<JsonValue>,
        keys,
        fc.array(tie("json"), { maxLength: 4 }),
        fc.dictionary(keys, tie("json"), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        try {
          decode(M, JSON.stringify(value));
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
