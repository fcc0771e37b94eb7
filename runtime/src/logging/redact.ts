import { mapEntries } from "../codec/map-entries.ts";
import { fieldValue, put } from "../schema/field-value.ts";
import type { JsonValue } from "../schema/message.ts";
import type {
  AnyUnionType,
  EnumType,
  ErrorFields,
  Field,
  MapType,
  ScalarName,
  ValueType,
} from "../schema/types.ts";

/** What a record has in the place of a field that its schema calls sensitive. */
const redacted = "[redacted]";

/** What one value of a record may hold; what is left out is counted in its place. */
const maxCharacters = 1_000;
const maxParts = 1_000;
const maxDepth = 32;

/**
 * A value as a record shows it, by the description of its type: what no description names is not shown, nor what is not of its type.
 * Integers above 2^53 come as text, bytes as their length, times as ISO text, fields by their names in TypeScript.
 */
export function redact(type: ValueType | ErrorFields | undefined, value: unknown): JsonValue {
  try {
    return new Redaction().any(type, value, 0);
  } catch {
    // A getter of the user's, or a proxy: its error may tell what it hides.
    return "[unreadable]";
  }
}

/** A text as a record shows it. */
export function shorten(text: string): string {
  const more = text.length - maxCharacters;
  return more <= 0 ? text : `${text.slice(0, maxCharacters)}… (${more} more)`;
}

class Redaction {
  #parts = 0;

  any(type: ValueType | ErrorFields | undefined, value: unknown, depth: number): JsonValue {
    if (type === undefined) return null;
    if (typeof type === "string") return scalar(type, value);
    if (type.kind === "enum") return enumName(type, value);
    if (depth > maxDepth) return "[deeper]";
    switch (type.kind) {
      case "list":
        return this.#list(type.element, value, depth);
      case "map":
        return this.#map(type, value, depth);
      case "union":
        return this.#union(type, value, depth);
      default:
        return this.#fields(type.fields, value, depth);
    }
  }

  /** Whether there is room for one more part. */
  #take(): boolean {
    return this.#parts++ < maxParts;
  }

  #list(element: ValueType, value: unknown, depth: number): JsonValue {
    if (!Array.isArray(value)) return notA("list");
    const shown: JsonValue[] = [];
    for (const item of value as unknown[]) {
      if (!this.#take()) {
        shown.push(`… (${value.length - shown.length} more)`);
        break;
      }
      shown.push(this.any(element, item, depth + 1));
    }
    return shown;
  }

  #map(type: MapType, value: unknown, depth: number): JsonValue {
    if (typeof value !== "object" || value === null) return notA("map");
    const shown: Record<string, JsonValue> = {};
    let left = 0;
    for (const [key, content] of mapEntries(type, value)) {
      if (this.#take()) put(shown, keyText(type, key), this.any(type.value, content, depth + 1));
      else left++;
    }
    if (left > 0) put(shown, "…", `(${left} more)`);
    return shown;
  }

  #union({ members }: AnyUnionType, value: unknown, depth: number): JsonValue {
    if (typeof value !== "object" || value === null) return notA("union");
    const { kind, value: content } = value as { readonly kind?: unknown; readonly value?: unknown };
    const member = members.find(({ name }) => name === kind);
    if (member === undefined) return { kind: "unknown" };
    return { kind: member.name, value: this.#field(member, content, depth) };
  }

  #fields(fields: readonly Field[], value: unknown, depth: number): JsonValue {
    if (typeof value !== "object" || value === null) return notA("message");
    const shown: Record<string, JsonValue> = {};
    for (const field of fields) {
      const content = fieldValue(value, field.name);
      if (content !== undefined) put(shown, field.name, this.#field(field, content, depth));
    }
    return shown;
  }

  #field(field: Field, content: unknown, depth: number): JsonValue {
    if (field.sensitive === true) return redacted;
    return this.#take() ? this.any(field.type, content, depth + 1) : "…";
  }
}

/** Keys are never sensitive where their map is not. */
function keyText({ key: type }: MapType, key: unknown): string {
  const shown = scalar(type, key);
  return typeof shown === "string" ? shown : JSON.stringify(shown);
}

function scalar(type: ScalarName, value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
      return type === "string" ? shorten(value) : notA(type);
    case "boolean":
      return type === "bool" ? value : notA(type);
    case "number":
      return isNumeric(type) ? (Number.isFinite(value) ? value : String(value)) : notA(type);
    case "bigint":
      return isNumeric(type) ? String(value) : notA(type);
    default:
      return scalarObject(type, value);
  }
}

function scalarObject(type: ScalarName, value: unknown): JsonValue {
  if (type === "bytes" && value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (type === "timestamp" && value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  return notA(type);
}

function isNumeric(type: ScalarName): boolean {
  return type !== "string" && type !== "bool" && type !== "bytes" && type !== "timestamp";
}

function enumName({ values }: EnumType, value: unknown): JsonValue {
  if (typeof value !== "number") return notA("enum");
  return Object.keys(values).find((name) => values[name] === value) ?? value;
}

function notA(type: string): string {
  return `[not a ${type}]`;
}
