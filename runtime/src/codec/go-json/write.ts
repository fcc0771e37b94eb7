import { refuse } from "../../bytes/refuse.ts";
import { splitDuration } from "../../bytes/time.ts";
import { maxDepth } from "../../bytes/wire.ts";
import { EncodeError } from "../../errors.ts";
import { items } from "../../schema/collections.ts";
import { fieldValue } from "../../schema/field-value.ts";
import type { AnyUnionType, Field, MapType, ScalarName, ValueType } from "../../schema/types.ts";
import { checkScalar } from "../check-scalar.ts";
import type { Described } from "../explain.ts";
import { mapEntries } from "../map-entries.ts";
import { objectOf } from "../object-of.ts";
import { keyOf } from "./key.ts";

/**
 * A value as Go's `encoding/json` writes it.
 * @throws EncodeError with the reason, but not the place
 */
export function writeGoJson(type: Described, value: unknown, depth: number): string {
  if (type === undefined) return "{}";
  if (typeof type === "string") return writeScalar(type, value);
  if (type.kind === "enum") return writeScalar("int32", value);
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
      return writeStruct(type.fields, value, depth);
  }
}

function writeStruct(fields: readonly Field[], value: unknown, depth: number): string {
  const message = objectOf(value);
  return objectText(fields, (field) => {
    const content = fieldValue(message, field.name);
    return field.optional && content === undefined ? "null" : writeGoJson(field.type, content, depth + 1);
  });
}

/** In Go a struct of pointers, and the number of the one that is set. */
function writeUnion(type: AnyUnionType, value: unknown, depth: number): string {
  const { kind, value: content } = objectOf(value) as { kind?: unknown; value?: unknown };
  if (kind === "unknown")
    throw new EncodeError("a union's unknown member is known to its own protocol alone");
  const set = type.members.find(({ name }) => name === kind);
  if (set === undefined) refuse(kind, "a member of the union");
  const members = objectText(type.members, (member) =>
    member === set ? writeGoJson(member.type, content, depth + 1) : "null",
  );
  return `{"Kind":${set.number},${members.slice(1)}`;
}

function objectText(fields: readonly Field[], write: (field: Field) => string): string {
  return `{${fields.map((field) => `${JSON.stringify(keyOf(field))}:${write(field)}`).join(",")}}`;
}

function writeList(element: ValueType, value: unknown, depth: number): string {
  const texts = Array.from(items(value as readonly unknown[]), (item) =>
    writeGoJson(element, item, depth + 1),
  );
  return `[${texts.join(",")}]`;
}

function writeMap(type: MapType, value: unknown, depth: number): string {
  const texts: string[] = [];
  for (const [key, content] of mapEntries(type, value)) {
    checkScalar(type.key, key);
    texts.push(`${JSON.stringify(String(key))}:${writeGoJson(type.value, content, depth + 1)}`);
  }
  return `{${texts.join(",")}}`;
}

function writeScalar(type: ScalarName, value: unknown): string {
  checkScalar(type, value);
  switch (type) {
    case "string":
      return JSON.stringify(value);
    case "bytes":
      return `"${base64(value as Uint8Array)}"`;
    case "timestamp":
      return writeTime(value as Date);
    case "duration":
      return writeDuration(value as number);
    case "float32":
    case "float64":
      return writeFloat(value as number);
    default:
      // An integer's -0 is 0, as String says.
      return String(value);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

const years = [Date.parse("0000-01-01T00:00:00Z"), Date.parse("9999-12-31T23:59:59.999Z")] as const;

function writeTime(date: Date): string {
  const ms = date.getTime();
  if (ms < years[0] || ms > years[1])
    throw new EncodeError("a time in Go's JSON lies in the years 0 to 9999");
  return `"${date.toISOString().replace(/\.?0*Z$/, "Z")}"`;
}

/** Nanoseconds, as `time.Duration` counts them. */
function writeDuration(ms: number): string {
  const { seconds, nanos } = splitDuration(ms);
  const total = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  if (BigInt.asIntN(64, total) !== total) throw new EncodeError("Go's durations reach 292 years");
  return String(total);
}

function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new EncodeError(`${value} has no form in JSON`);
  return Object.is(value, -0) ? "-0" : String(value);
}
