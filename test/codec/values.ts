import type { JsonValue } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Field, MapKeyName, ScalarName, ValueType } from "../../runtime/src/schema/types.ts";

const int32 = fc.oneof(fc.constantFrom(0, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const uint32 = fc.oneof(fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
const int64 = fc.oneof(
  fc.constantFrom(0n, -1n, 2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const uint64 = fc.oneof(
  fc.constantFrom(0n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const float64 = fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.1), fc.double());

// A time with both of its parts, since a part that is zero is not on the wire, and then a second occurrence
// merges into the first in protobuf and replaces it here.
const ms = fc
  .tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 999 }), fc.constantFrom(1, -1))
  .map(([seconds, rest, sign]) => sign * (seconds * 1000 + rest));

/** Any value of a scalar, the boundaries of its range often. */
const scalars: Record<ScalarName, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  string: fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 100, maxLength: 300 })),
  bytes: fc.uint8Array({ maxLength: 40 }),
  int: fc.oneof(
    fc.constantFrom(0, -1, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
    fc.maxSafeInteger(),
  ),
  int32,
  uint32,
  sint32: int32,
  fixed32: uint32,
  sfixed32: int32,
  int64,
  uint64,
  sint64: int64,
  fixed64: uint64,
  sfixed64: int64,
  float32: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, 2 ** -149), fc.float()),
  float64,
  timestamp: ms.map((value) => new Date(value)),
  duration: fc.tuple(ms, fc.constantFrom(0, 0.25)).map(([whole, part]) => whole + part),
};

/** Any value of a type; `depth` bounds how deep it goes where the type allows any depth. */
export function valueOf(type: ValueType, depth = 2): fc.Arbitrary<unknown> {
  if (typeof type === "string") return scalars[type];
  switch (type.kind) {
    case "enum":
      return fc.oneof(fc.constantFrom(...Object.values(type.values)), int32);
    case "list":
      return depth > 0 ? fc.array(valueOf(type.element, depth - 1), { maxLength: 3 }) : fc.constant([]);
    case "map":
      if (depth <= 0) return fc.constant(type.key === "string" ? {} : new Map());
      return mapOf(type.key, valueOf(type.value, depth - 1));
    case "union":
      return fc.oneof(
        ...type.members
          .filter((member) => depth > 0 || typeof member.type === "string")
          .map((member) => valueOf(member.type, depth - 1).map((value) => ({ kind: member.name, value }))),
      );
    default:
      return messageOf(type.fields, depth);
  }
}

function messageOf(fields: readonly Field[], depth: number): fc.Arbitrary<object> {
  const values = fields.map((field) => [field.name, fieldOf(field, depth - 1)] as const);
  return fc.record(Object.fromEntries(values), { noNullPrototype: true });
}

function fieldOf({ type, optional }: Field, depth: number): fc.Arbitrary<unknown> {
  if (optional !== true) return valueOf(type, depth);
  const nested = typeof type === "object" && type.kind !== "enum";
  return nested && depth < 0 ? fc.constant(undefined) : fc.option(valueOf(type, depth), { nil: undefined });
}

function mapOf(key: MapKeyName, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  // The other libraries keep maps in objects, which put keys that are indexes first: so does this.
  const keys = scalars[key].filter((name) => name !== "__proto__");
  return fc.array(fc.tuple(keys, value), { maxLength: 3 }).map((entries) => {
    const object = Object.fromEntries(entries.map((entry) => [String(entry[0]), entry]));
    return key === "string"
      ? Object.fromEntries(Object.entries(object).map(([name, [, content]]) => [name, content]))
      : new Map(Object.values(object));
  });
}

/** How another library holds what differs from ours. */
export interface Notation {
  int64(value: bigint): unknown;
  union(kind: string, value: unknown): unknown;
}

/** A value of ours as another protobuf library takes it: wrapped where protobuf needs a message. */
export function inNotation(type: ValueType, value: unknown, notation: Notation, wrap = false): unknown {
  const inner = (element: ValueType, content: unknown): unknown =>
    inNotation(element, content, notation, true);
  if (typeof type === "string") return scalarInNotation(type, value, notation);
  switch (type.kind) {
    case "enum":
      return value;
    case "list": {
      const values = (value as unknown[]).map((item) => inner(type.element, item));
      return wrap ? { values } : values;
    }
    case "map": {
      const pairs =
        value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object);
      const entries = Object.fromEntries(pairs.map(([key, item]) => [String(key), inner(type.value, item)]));
      return wrap ? { entries } : entries;
    }
    case "union": {
      const { kind, value: content } = value as { kind: string; value: unknown };
      return notation.union(kind, inner(type.members.find(({ name }) => name === kind)!.type, content));
    }
    default:
      return Object.fromEntries(
        type.fields
          .map((field) => [field, (value as Record<string, unknown>)[field.name]] as const)
          .filter(([, content]) => content !== undefined)
          .map(([field, content]) => [field.name, inNotation(field.type, content, notation, field.optional)]),
      );
  }
}

function scalarInNotation(type: ScalarName, value: unknown, notation: Notation): unknown {
  switch (type) {
    case "timestamp": {
      const time = (value as Date).getTime();
      const seconds = Math.floor(time / 1000);
      return { seconds: notation.int64(BigInt(seconds)), nanos: (time - seconds * 1000) * 1e6 };
    }
    case "duration": {
      const nanos = BigInt(Math.round((value as number) * 1e6));
      return { seconds: notation.int64(nanos / 1_000_000_000n), nanos: Number(nanos % 1_000_000_000n) };
    }
    case "int":
      return notation.int64(BigInt(value as number));
    default:
      return typeof value === "bigint" ? notation.int64(value) : value;
  }
}

/** Our JSON as protobuf's own: `int` is an int64 there, wrappers show, and -0 is a number. */
export function protobufJson(type: ValueType, json: JsonValue, wrap = false): JsonValue {
  if (type === "int") return (json as number).toString();
  if (typeof type === "string") return json === "-0" ? -0 : json;
  switch (type.kind) {
    case "enum":
      return json;
    case "list": {
      const values = (json as JsonValue[]).map((item) => protobufJson(type.element, item, true));
      return wrap ? (values.length > 0 ? { values } : {}) : values;
    }
    case "map": {
      const entries = mapObject(json, (_, item) => protobufJson(type.value, item, true));
      return wrap ? (Object.keys(entries).length > 0 ? { entries } : {}) : entries;
    }
    case "union":
      return mapObject(json, (name, item) => {
        return protobufJson(type.members.find((member) => member.name === name)!.type, item, true);
      });
    default:
      return mapObject(json, (name, item) => {
        const field = type.fields.find((each) => each.name === name)!;
        return protobufJson(field.type, item, field.optional);
      });
  }
}

function mapObject(
  json: JsonValue,
  change: (key: string, item: JsonValue) => JsonValue,
): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(json as Record<string, JsonValue>).map(([key, item]) => [key, change(key, item)]),
  );
}
