import { maxDepth } from "../../bytes/wire.ts";
import { refuse } from "../../bytes/refuse.ts";
import { EncodeError } from "../../errors.ts";
import { fieldValue, put } from "../../schema/field-value.ts";
import { items } from "../../schema/collections.ts";
import type { JsonValue } from "../../schema/message.ts";
import type { AnyUnionType, EnumType, Field, MapType, ScalarName, ValueType } from "../../schema/types.ts";
import { checkScalar } from "../check-scalar.ts";
import type { Described } from "../explain.ts";
import { mapEntries } from "../map-entries.ts";
import { objectOf } from "../object-of.ts";
import { printDuration, printTimestamp } from "./time.ts";

/**
 * A value in protobuf's JSON mapping.
 * @throws EncodeError with the reason, but not the place
 */
export function writeJson(type: Described, value: unknown, depth: number): JsonValue {
  if (type === undefined) return {};
  if (typeof type === "string") return writeScalar(type, value);
  if (type.kind === "enum") return writeEnum(type, value);
  if (depth > maxDepth) {
    throw new EncodeError(`the value nests deeper than ${maxDepth} levels, or in a circle`);
  }
  switch (type.kind) {
    case "list":
      return writeList(type.element, value, depth);
    case "map":
      return writeMap(type, value, depth);
    case "union":
      return writeUnion(type, value, depth);
    default:
      return writeFields(type.fields, value, depth);
  }
}

function writeFields(fields: readonly Field[], value: unknown, depth: number): JsonValue {
  const message = objectOf(value);
  const json: Record<string, JsonValue> = {};
  for (const field of fields) {
    const content = fieldValue(message, field.name);
    if (field.optional ? content === undefined : isZero(field.type, content)) continue;
    put(json, field.json ?? field.name, writeJson(field.type, content, depth + 1));
  }
  return json;
}

function writeUnion(type: AnyUnionType, value: unknown, depth: number): JsonValue {
  const { kind, value: content } = objectOf(value) as { kind?: unknown; value?: unknown };
  const json: Record<string, JsonValue> = {};
  if (kind === "unknown") return json;
  const member = type.members.find(({ name }) => name === kind);
  if (member === undefined) refuse(kind, "a member of the union");
  put(json, member.json ?? member.name, writeJson(member.type, content, depth + 1));
  return json;
}

function writeList(element: ValueType, value: unknown, depth: number): JsonValue {
  return Array.from(items(value as readonly unknown[]), (item) => writeJson(element, item, depth + 1));
}

function writeMap(type: MapType, value: unknown, depth: number): JsonValue {
  const json: Record<string, JsonValue> = {};
  for (const [key, content] of mapEntries(type, value)) {
    checkScalar(type.key, key);
    put(json, String(key), writeJson(type.value, content, depth + 1));
  }
  return json;
}

function writeScalar(type: ScalarName, value: unknown): JsonValue {
  checkScalar(type, value);
  switch (type) {
    case "bytes":
      return base64(value as Uint8Array);
    case "timestamp":
      return printTimestamp(value as Date);
    case "duration":
      return printDuration(value as number);
    case "float32":
    case "float64":
      return writeFloat(value as number);
    default:
      if (typeof value === "bigint") return String(value);
      // An integer's -0 is 0; JSON.stringify would say so too, but not a reader of the value.
      return value === 0 ? 0 : (value as JsonValue);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** What JSON has no number for is written as text. */
function writeFloat(value: number): JsonValue {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

const enumNames = new WeakMap<EnumType["values"], Map<number, string>>();

function writeEnum(type: EnumType, value: unknown): JsonValue {
  checkScalar("int32", value);
  let names = enumNames.get(type.values);
  if (names === undefined) {
    names = new Map(Object.entries(type.values).map(([name, number]) => [number, name]));
    enumNames.set(type.values, names);
  }
  return names.get(value as number) ?? (value as number);
}

/** Tells whether a field without presence is left out. */
function isZero(type: ValueType, value: unknown): boolean {
  if (typeof type === "string") return isZeroScalar(type, value);
  switch (type.kind) {
    case "enum":
      return value === 0;
    case "list":
      return Array.isArray(value) && value.length === 0;
    case "map":
      return isEmptyMap(type, value);
    default:
      return false;
  }
}

function isZeroScalar(type: ScalarName, value: unknown): boolean {
  switch (type) {
    case "timestamp":
    case "duration":
      return false;
    case "float32":
    case "float64":
      return Object.is(value, 0);
    case "bytes":
      return value instanceof Uint8Array && value.length === 0;
    default:
      return value === 0 || value === "" || value === false || value === 0n;
  }
}

function isEmptyMap(type: MapType, value: unknown): boolean {
  if (value instanceof Map) return type.key !== "string" && value.size === 0;
  return (
    type.key === "string" && typeof value === "object" && value !== null && Object.keys(value).length === 0
  );
}
