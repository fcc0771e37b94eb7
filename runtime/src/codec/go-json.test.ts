import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sample } from "../../../test/e2e/arith.gorpc.ts";
import type { Body } from "../schema/body.ts";
import type { Field, ValueType } from "../schema/types.ts";
import { list, map } from "../schema/types.ts";
import { fromGoJson, parsePrecise, type PreciseJson, toGoJson } from "./go-json.ts";
import { nothing, wrapper } from "./wrapper.ts";

/** A body of any type, that JSON alone carries. */
function bodyOf(type: ValueType): Body<unknown> {
  return wrapper<unknown>({ type: () => type, write() {}, read: () => undefined });
}

function read(type: ValueType, text: string): unknown {
  return fromGoJson(bodyOf(type), parsePrecise(text));
}

/** A message as its description alone makes it. */
function message(fields: readonly Field[]): ValueType {
  return { kind: "message", typeName: "t.M", fields } as unknown as ValueType;
}

const person = message([
  { number: 1, name: "user_name", type: "string" },
  { number: 2, name: "id", type: "int64", go: "ID" },
  { number: 3, name: "note", type: "string", optional: true },
]);

describe("Go's JSON", () => {
  it.each<readonly [ValueType, unknown, string]>([
    ["bool", true, "true"],
    ["string", 'a"<é\u2028', '"a\\"<é\u2028"'],
    ["bytes", Uint8Array.of(0, 255, 254), '"AP/+"'],
    ["bytes", new Uint8Array(0), '""'],
    ["int", -(2 ** 53) + 1, "-9007199254740991"],
    ["uint32", 2 ** 32 - 1, "4294967295"],
    ["int64", -(2n ** 63n), "-9223372036854775808"],
    ["uint64", 2n ** 64n - 1n, "18446744073709551615"],
    ["sint64", 0n, "0"],
    ["float64", -0, "-0"],
    ["float64", 1e21, "1e+21"],
    ["float64", 5e-324, "5e-324"],
    ["float32", 0.5, "0.5"],
    ["timestamp", new Date(0), '"1970-01-01T00:00:00Z"'],
    ["timestamp", new Date(120), '"1970-01-01T00:00:00.12Z"'],
    ["timestamp", new Date("0001-01-01T00:00:00Z"), '"0001-01-01T00:00:00Z"'],
    ["duration", 1.5, "1500000"],
    ["duration", -0.000001, "-1"],
    ["duration", 292 * 365 * 86_400_000, "9208512000000000000"],
    [list("int64"), [1n, 2n ** 60n], "[1,1152921504606846976]"],
    [list(list("bool")), [[true], []], "[[true],[]]"],
    [map("string", "int"), { a: 1, __proto__x: 2 }, '{"a":1,"__proto__x":2}'],
    [map("int64", "string"), new Map([[-5n, "x"]]), '{"-5":"x"}'],
    [{ kind: "enum", typeName: "t.E", values: { A: 0 } }, 7, "7"],
    [person, { user_name: "x", id: 1n, note: undefined }, '{"UserName":"x","ID":1,"Note":null}'],
    [person, { user_name: "", id: 0n, note: "" }, '{"UserName":"","ID":0,"Note":""}'],
  ])("writes and reads %o: %o", (type, value, text) => {
    expect(toGoJson(bodyOf(type), value)).toBe(text);
    expect(read(type, text)).toEqual(value);
  });

  it("has its field names in any case, skips what it does not know, and takes null and nothing for zero", () => {
    const zeros = { user_name: "", id: 0n, note: undefined };
    expect(read(person, '{"username":"x","Id":2,"other":{"deep":[1]}}')).toEqual({
      ...zeros,
      user_name: "x",
      id: 2n,
    });
    expect(read(person, '{"UserName":null,"ID":null,"Note":null}')).toEqual(zeros);
    expect(read(person, "null")).toEqual(zeros);
    expect(read(list("int"), "null")).toEqual([]);
    expect(read(map("string", "int"), "null")).toEqual({});
    expect(read("bytes", "null")).toEqual(new Uint8Array(0));
    expect(fromGoJson(nothing, { any: 1 })).toBe(undefined);
    expect(toGoJson(nothing, undefined)).toBe("{}");
  });

  it("has a union as a struct of pointers, with the number of the one that is set", () => {
    const sample = Sample.create({ shape: { kind: "square", value: { side: 2 } } });
    const json = parsePrecise(toGoJson(Sample, sample)) as { readonly Shape: PreciseJson };
    expect(json.Shape).toEqual({ Kind: 2, Circle: null, Square: { Side: 2 } });
    expect(fromGoJson(Sample, json as unknown as PreciseJson)).toEqual(sample);
    const shape = (text: string): unknown => fromGoJson(Sample, parsePrecise(`{"Shape":${text}}`)).shape;
    expect(shape('{"Circle":1.5,"Square":null}')).toEqual({ kind: "circle", value: 1.5 });
    // Go leaves a pointer to a zero out of what it sends in gob, and its JSON has it: the number decides.
    expect(shape('{"kind":1,"Circle":null}')).toEqual({ kind: "circle", value: 0 });
    for (const text of ["{}", '{"Kind":9}', '{"Circle":1,"Square":{}}', "null", "3"]) {
      expect(() => shape(text)).toThrow(/test\.arith\.v1\.Sample\.shape: /);
    }
  });

  it("reads times of any zone, and durations to the nanosecond", () => {
    expect(read("timestamp", '"2024-02-28T12:30:15.123456789+02:00"')).toEqual(
      new Date("2024-02-28T10:30:15.123Z"),
    );
    expect(read("duration", "9223372036854775807")).toBeCloseTo(9_223_372_036_854.776, 2);
  });

  it.each<readonly [ValueType, string, RegExp]>([
    ["int", "9007199254740993", /^value: a number is not a valid int$/],
    ["int32", "2147483648", /a number is not a valid int32/],
    ["uint32", "-1", /a number is not a valid uint32/],
    ["int64", "9223372036854775808", /not a valid int64/],
    ["uint64", "-1", /not a valid uint64/],
    ["int64", '"1"', /a string is not a valid int64/],
    ["int64", "1.5", /not a valid int64/],
    ["int64", `1${"0".repeat(100)}`, /not a valid int64/],
    ["float64", '"NaN"', /not a valid float64/],
    ["bool", "1", /not a valid bool/],
    ["bytes", '"?"', /not a valid bytes/],
    ["timestamp", '"2024-02-31T00:00:00Z"', /not a valid timestamp/],
    ["duration", "1.5", /not a valid duration/],
    [list("int"), '[1,"x"]', /^value\[1\]: a string is not a valid int$/],
    [list("int"), "{}", /an object is not an array/],
    [map("string", "int"), "[]", /an array is not an object/],
    [map("int64", "int"), '{"x":1}', /^value\[entry 0\]: a string is not a valid int64$/],
    [person, '{"ID":"secret"}', /^t\.M\.id: a string is not a valid int64$/],
  ])("refuses %o: %s", (type, text, message) => {
    expect(() => read(type, text)).toThrow(message);
  });

  it.each<readonly [ValueType, unknown, RegExp]>([
    ["float64", NaN, /^value: NaN has no form in JSON$/],
    ["float64", -Infinity, /-Infinity has no form in JSON/],
    ["int", 1.5, /^value: 1\.5 is not/],
    ["timestamp", new Date(8.64e15), /the years 0 to 9999/],
    ["duration", 300 * 366 * 86_400_000, /292 years/],
    [person, { user_name: "x" }, /^t\.M\.id: missing/],
    [list("int"), "x", /not a list/],
  ])("refuses to write %o: %o", (type, value, message) => {
    expect(() => toGoJson(bodyOf(type), value)).toThrow(message);
  });

  it("nests only so deep, both ways", () => {
    let type: ValueType = "int";
    let value: unknown = 1;
    for (let i = 0; i < 102; i++) [type, value] = [list(type), [value]];
    expect(() => toGoJson(bodyOf(type), value)).toThrow("nests deeper than 100 levels");
    expect(() => read(type, `${"[".repeat(102)}1${"]".repeat(102)}`)).toThrow("nests deeper than 100 levels");
  });
});

describe("JSON whose integers keep their digits", () => {
  it("is what JSON.parse makes of it, but for integers beyond 2^53", () => {
    const wide = (_key: string, value: unknown): unknown => {
      const isWide = Number.isInteger(value) && !Number.isSafeInteger(value);
      return isWide && /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value;
    };
    fc.assert(
      fc.property(fc.json(), (text) => {
        const given: unknown = JSON.parse(text, wide);
        expect(parsePrecise(`[ ${text} , "0123456789012345"]`)).toEqual([given, "0123456789012345"]);
      }),
    );
    expect(parsePrecise("[9007199254740992,9007199254740991]")).toEqual([2n ** 53n, 2 ** 53 - 1]);
    expect(parsePrecise('[9007199254740993,-1e20,"\\\\\\"1234567890123456789"]')).toEqual([
      9007199254740993n,
      -1e20,
      '\\"1234567890123456789',
    ]);
    expect(parsePrecise('{"__proto__":12345678901234567890}')).toHaveProperty(
      ["__proto__"],
      12345678901234567890n,
    );
  });

  it.each([
    "[1234567890123456",
    "1234567890123456]",
    '{"a" 1234567890123456}',
    "[1234567890123456,]",
    '"1234567890123456',
    "01234567890123456",
    '"\\x1234567890123456"',
    "nul1234567890123456",
    "{1234567890123456}",
  ])("is refused without a word of it where it is none: %s", (text) => {
    expect(() => parsePrecise(text)).toThrow(/^the text is not JSON at position \d+$/);
    expect(() => parsePrecise(text.replace("1234567890123456", "1"))).toThrow(/^the text is not JSON/);
  });

  it("nests only so deep", () => {
    expect(() => parsePrecise(`${"[".repeat(1e5)}1234567890123456`)).toThrow("nests deeper");
  });
});
