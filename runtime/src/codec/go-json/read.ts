import { joinDuration } from "../../bytes/time.ts";
import { maxDepth } from "../../bytes/wire.ts";
import { DecodeError } from "../../errors.ts";
import { put } from "../../schema/field-value.ts";
import type { AnyUnionType, Field, MapType, ScalarName, ValueType } from "../../schema/types.ts";
import { zero } from "../zero.ts";
import type { Described } from "../explain.ts";
import { parseScalar } from "../json/scalars.ts";
import { keyOf } from "./key.ts";
import type { PreciseJson } from "./parse.ts";

type JsonObject = Readonly<Record<string, PreciseJson>>;

/**
 * A value from what Go's `encoding/json` writes. As there, null is the zero of its type, keys match whatever their case, and
 * those that are not known are skipped.
 * @param path - of the value, for the error
 * @throws DecodeError that names the path of what does not fit
 */
export function readGoJson(type: Described, json: PreciseJson, path: string, depth: number): unknown {
  if (type === undefined) return undefined;
  if (depth > maxDepth) throw new DecodeError(`${path}: the JSON nests deeper than ${maxDepth} levels`);
  if (typeof type === "string") return json === null ? zero(type, path) : readScalar(type, json, path);
  switch (type.kind) {
    case "enum":
      return json === null ? 0 : readScalar("int32", json, path);
    case "list":
      return json === null ? [] : readList(type.element, json, path, depth);
    case "map":
      return json === null ? zero(type, path) : readMap(type, json, path, depth);
    case "union":
      return json === null ? zero(type, path) : readUnion(type, json, path, depth);
    default:
      return readStruct(type.fields, json === null ? {} : json, path, depth);
  }
}

/** With the kind of what came alone: what it says may be secret. */
function refuse(json: PreciseJson, expected: string, path: string): never {
  throw new DecodeError(`${path}: ${kindOf(json)} is not ${expected}`);
}

function kindOf(json: PreciseJson): string {
  if (Array.isArray(json)) return "an array";
  if (typeof json === "object") return "an object";
  return typeof json === "bigint" ? "a number" : `a ${typeof json}`;
}

function readStruct(fields: readonly Field[], json: PreciseJson, path: string, depth: number): object {
  const given = givenFields(fields, json, path);
  const message: Record<string, unknown> = {};
  for (const field of fields) {
    const content = given.get(field) ?? null;
    const place = `${path}.${field.name}`;
    const isAbsent = field.optional && content === null;
    put(message, field.name, isAbsent ? undefined : readGoJson(field.type, content, place, depth + 1));
  }
  return message;
}

/** By its number where that says one; else by the one member that is set. */
function readUnion(type: AnyUnionType, json: PreciseJson, path: string, depth: number): object {
  const { members } = type;
  const given = givenFields(members, json, path);
  const kind = givenKind(json as JsonObject);
  const set = [...given].filter(([, content]) => content !== null).map(([member]) => member);
  const member = kind === 0 && set.length === 1 ? set[0] : members.find(({ number }) => number === kind);
  if (member === undefined) {
    const names = members.map(({ name }) => name).join(", ");
    throw new DecodeError(
      `${path}: its Kind is ${kind}, with ${set.length} members set; it needs one of ${names}`,
    );
  }
  const place = `${path}.${member.name}`;
  return { kind: member.name, value: readGoJson(member.type, given.get(member) ?? null, place, depth + 1) };
}

function givenKind(json: JsonObject): number {
  const key = Object.keys(json).find((name) => name.toLowerCase() === "kind");
  const kind = key === undefined ? 0 : json[key];
  return typeof kind === "number" ? kind : 0;
}

interface FieldNames {
  readonly exact: ReadonlyMap<string, Field>;
  readonly folded: ReadonlyMap<string, Field>;
}

const namesOf = new WeakMap<readonly Field[], FieldNames>();

function fieldNames(fields: readonly Field[]): FieldNames {
  let names = namesOf.get(fields);
  if (names === undefined) {
    const exact = fields.map((field) => [keyOf(field), field] as const);
    const folded = exact.map(([name, field]) => [name.toLowerCase(), field] as const);
    names = { exact: new Map(exact), folded: new Map(folded.reverse()) };
    namesOf.set(fields, names);
  }
  return names;
}

function givenFields(fields: readonly Field[], json: PreciseJson, path: string): Map<Field, PreciseJson> {
  const { exact, folded } = fieldNames(fields);
  const given = new Map<Field, PreciseJson>();
  for (const [key, content] of Object.entries(objectOf(json, path))) {
    const field = exact.get(key) ?? folded.get(key.toLowerCase());
    if (field !== undefined) given.set(field, content);
  }
  return given;
}

function readList(element: ValueType, json: PreciseJson, path: string, depth: number): unknown[] {
  if (!Array.isArray(json)) refuse(json, "an array", path);
  return (json as readonly PreciseJson[]).map((item, index) =>
    readGoJson(element, item, `${path}[${index}]`, depth + 1),
  );
}

function readMap(type: MapType, json: PreciseJson, path: string, depth: number): unknown {
  const entries = Object.entries(objectOf(json, path)).map(([key, item], index) => {
    const place = `${path}[entry ${index}]`;
    return [readKey(type, key, place), readGoJson(type.value, item, place, depth + 1)] as const;
  });
  if (type.key !== "string") return new Map(entries);
  const record: Record<string, unknown> = {};
  for (const [key, value] of entries) put(record, key as string, value);
  return record;
}

function readKey({ key: type }: MapType, text: string, path: string): unknown {
  if (type === "bool" && (text === "true" || text === "false")) return text === "true";
  const value = parseScalar[type](text);
  return value === undefined ? refuse(text, `a valid ${type}`, path) : value;
}

function readScalar(type: ScalarName, json: PreciseJson, path: string): unknown {
  const value = scalarOf(type, json);
  return value === undefined ? refuse(json, `a valid ${type}`, path) : value;
}

function scalarOf(type: ScalarName, json: PreciseJson): unknown {
  switch (type) {
    case "string":
      // As Go reads it: what is no Unicode becomes U+FFFD.
      return typeof json === "string" ? Buffer.from(json).toString() : undefined;
    case "bytes":
    case "timestamp":
      return typeof json === "string" ? parseScalar[type](json) : undefined;
    case "duration":
      return typeof json === "number" || typeof json === "bigint" ? durationOf(json) : undefined;
    case "bool":
      return typeof json === "boolean" ? json : undefined;
    case "float32":
    case "float64":
      return typeof json === "number" || typeof json === "bigint"
        ? parseScalar[type](Number(json))
        : undefined;
    default:
      return integerOf(type, json);
  }
}

/** A string is none in Go. */
function integerOf(type: ScalarName, json: PreciseJson): unknown {
  if (typeof json !== "number" && typeof json !== "bigint") return undefined;
  return parseScalar[type](typeof json === "bigint" ? String(json) : json);
}

function durationOf(json: number | bigint): number | undefined {
  if (!Number.isInteger(Number(json))) return undefined;
  const nanos = BigInt(json);
  if (BigInt.asIntN(64, nanos) !== nanos) return undefined;
  return joinDuration(Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n));
}

function objectOf(json: PreciseJson, path: string): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) refuse(json, "an object", path);
  return json as JsonObject;
}
