import { show } from "../../bytes/refuse.ts";
import { maxDepth } from "../../bytes/wire.ts";
import { DecodeError } from "../../errors.ts";
import { put } from "../../schema/field-value.ts";
import type { JsonValue } from "../../schema/message.ts";
import type { AnyUnionType, EnumType, Field, MapType, ScalarName, ValueType } from "../../schema/types.ts";
import { zero } from "../zero.ts";
import type { Described } from "../explain.ts";
import { parseScalar } from "./scalars.ts";

type JsonObject = Readonly<Record<string, JsonValue>>;

/**
 * A value from protobuf's JSON mapping. Unknown keys are skipped.
 * @param path - of the value, for the error
 * @throws DecodeError that names the path of what does not fit
 */
export function readJson(type: Described, json: JsonValue, path: string, depth: number): unknown {
  if (type === undefined) return undefined;
  if (typeof type === "string") return readScalar(type, json, path);
  if (type.kind === "enum") return readEnum(type, json, path);
  if (depth > maxDepth) throw new DecodeError(`${path}: the JSON nests deeper than ${maxDepth} levels`);
  switch (type.kind) {
    case "list":
      return readList(type.element, json, path, depth);
    case "map":
      return readMap(type, json, path, depth);
    case "union":
      return readUnion(type, json, path, depth);
    default:
      return readFields(type.fields, json, path, depth);
  }
}

function refuse(json: JsonValue, expected: string, path: string): never {
  throw new DecodeError(`${path}: ${show(json)} is not ${expected}`);
}

function readFields(fields: readonly Field[], json: JsonValue, path: string, depth: number): object {
  const given = givenFields(fields, json, path);
  const message: Record<string, unknown> = {};
  for (const field of fields) {
    const place = `${path}.${field.name}`;
    const content = given.get(field);
    if (content !== undefined) put(message, field.name, readField(field, content, place, depth));
    else put(message, field.name, field.optional ? undefined : zero(field.type, place));
  }
  return message;
}

function readUnion(type: AnyUnionType, json: JsonValue, path: string, depth: number): object {
  const given = givenFields(type.members, json, path);
  if (given.size !== 1) {
    const names = type.members.map(({ name }) => name).join(", ");
    throw new DecodeError(`${path}: it has ${given.size} members of the union, and needs one of ${names}`);
  }
  const [[member, content]] = [...given] as [[Field, JsonValue]];
  return { kind: member.name, value: readField(member, content, `${path}.${member.name}`, depth) };
}

function readField(field: Field, json: JsonValue, path: string, depth: number): unknown {
  if (!field.sensitive) return readJson(field.type, json, path, depth + 1);
  try {
    return readJson(field.type, json, path, depth + 1);
  } catch {
    // The reason shows keys and values, so neither it nor the error itself may be passed on.
    throw new DecodeError(`${path}: does not fit its type (sensitive, not shown)`);
  }
}

/** The fields that are there; null is as good as absent. */
function givenFields(fields: readonly Field[], json: JsonValue, path: string): Map<Field, JsonValue> {
  const names = fieldsByName(fields);
  const given = new Map<Field, JsonValue>();
  for (const [key, content] of Object.entries(objectOf(json, path))) {
    const field = names.get(key);
    if (field !== undefined && content !== null) given.set(field, content);
  }
  return given;
}

const namesOf = new WeakMap<readonly Field[], ReadonlyMap<string, Field>>();

/** Fields by their names in JSON, and by those in the schema where no other field has that name in JSON. */
function fieldsByName(fields: readonly Field[]): ReadonlyMap<string, Field> {
  let names = namesOf.get(fields);
  if (names === undefined) {
    names = new Map([
      ...fields.map((field) => [field.name, field] as const),
      ...fields.map((field) => [field.json ?? field.name, field] as const),
    ]);
    namesOf.set(fields, names);
  }
  return names;
}

function readList(element: ValueType, json: JsonValue, path: string, depth: number): unknown[] {
  if (!Array.isArray(json)) refuse(json, "a list, an array", path);
  return (json as readonly JsonValue[]).map((item, index) =>
    readJson(element, item, `${path}[${index}]`, depth + 1),
  );
}

function readMap(type: MapType, json: JsonValue, path: string, depth: number): unknown {
  const entries = Object.entries(objectOf(json, path));
  const value = (key: string, item: JsonValue) =>
    readJson(type.value, item, `${path}[${show(key)}]`, depth + 1);
  if (type.key === "string") {
    const record: Record<string, unknown> = {};
    for (const [key, item] of entries)
      put(record, readScalar("string", key, path) as string, value(key, item));
    return record;
  }
  return new Map(entries.map(([key, item]) => [readKey(type, key, path), value(key, item)]));
}

function readKey({ key: type }: MapType, text: string, path: string): unknown {
  const json = type === "bool" && (text === "true" || text === "false") ? text === "true" : text;
  return readScalar(type, json, path);
}

function readScalar(type: ScalarName, json: JsonValue, path: string): unknown {
  const value = parseScalar[type](json);
  return value === undefined ? refuse(json, `a valid ${type}${hint(type)}`, path) : value;
}

function hint(type: ScalarName): string {
  return type.endsWith("64") && type !== "float64" ? " (one beyond 2^53 is written as a string)" : "";
}

function readEnum(type: EnumType, json: JsonValue, path: string): number {
  if (typeof json === "string" && Object.hasOwn(type.values, json)) return type.values[json]!;
  const number = typeof json === "number" ? parseScalar.int32(json) : undefined;
  if (number === undefined) refuse(json, `a name or number of ${type.typeName}`, path);
  return number as number;
}

function objectOf(json: JsonValue, path: string): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) refuse(json, "an object", path);
  return json as JsonObject;
}
