import { put } from "../../schema/field-value.ts";
import type { Cursor } from "./cursor.ts";
import { elementCount, nextField, passOver, spanDefinitions } from "./skip.ts";
import { decodeTime } from "./time.ts";
import type { TypeTable } from "./type-table.ts";
import type { OpaqueForm, WireType } from "./wire-type.ts";

/** A value as its stream describes it. */
export interface AnyGob {
  /** As Go writes it, as far as the stream tells: `Point`, `[]int`, `map[string]Point`. */
  readonly type: string;
  /**
   * Integers are numbers, or bigints beyond 2^53; a string that is not UTF-8 is its bytes; a struct is an object of the
   * fields that are not zero, by their names in Go; a map is a `Map`, `time.Time` a `Date`, a complex number
   * `{ re, im }`, what an interface holds `{ type, value }` or null, and what encodes itself an {@link OpaqueGob}.
   */
  readonly value: unknown;
}

/** A value of a Go type that encodes itself. */
export interface OpaqueGob {
  /** The type's name. */
  readonly type: string;
  /** By which of Go's methods: `GobEncode`, `MarshalBinary` or `MarshalText`. */
  readonly form: OpaqueForm;
  /** What the type's own method wrote, as it came. */
  readonly bytes: Uint8Array;
}

/** A value that stands alone. */
export function readWhole(id: number, cursor: Cursor, table: TypeTable): AnyGob {
  const type = table.get(id);
  if (type.kind !== "struct") cursor.singleton();
  return { type: typeText(id, table, 0), value: readAny(cursor, type, table) };
}

function readAny(cursor: Cursor, type: WireType, table: TypeTable): unknown {
  switch (type.kind) {
    case "bool":
      return cursor.bool();
    case "int":
      return exact(
        cursor,
        () => cursor.int(),
        () => cursor.bigInt(),
      );
    case "uint":
      return exact(
        cursor,
        () => cursor.uint(),
        () => cursor.bigUint(),
      );
    case "float":
      return cursor.float();
    case "complex":
      return { re: cursor.float(), im: cursor.float() };
    case "bytes":
      return cursor.bytes();
    case "string":
      return readText(cursor);
    case "interface":
      return readInterface(cursor, table);
    case "opaque":
      return readOpaque(cursor, type.name, type.form);
    default:
      cursor.enter();
      const value = readParts(cursor, type, table);
      cursor.leave();
      return value;
  }
}

type Composite = WireType & { readonly kind: "array" | "slice" | "map" | "struct" };

function readParts(cursor: Cursor, type: Composite, table: TypeTable): unknown {
  switch (type.kind) {
    case "map":
      return readMap(cursor, table.get(type.key), table.get(type.element), table);
    case "struct":
      return readStruct(cursor, type, table);
    default: {
      const element = table.get(type.element);
      const list: unknown[] = [];
      for (let left = elementCount(cursor, type); left > 0; left--)
        list.push(readAny(cursor, element, table));
      return list;
    }
  }
}

function readMap(cursor: Cursor, key: WireType, element: WireType, table: TypeTable): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let left = cursor.count(2); left > 0; left--)
    map.set(readAny(cursor, key, table), readAny(cursor, element, table));
  return map;
}

function readStruct(cursor: Cursor, type: WireType & { readonly kind: "struct" }, table: TypeTable): object {
  const object: Record<string, unknown> = {};
  for (let index = nextField(cursor, -1, type); index >= 0; index = nextField(cursor, index, type)) {
    const { name, id } = type.fields[index]!;
    put(object, name, readAny(cursor, table.get(id), table));
  }
  return object;
}

function exact(cursor: Cursor, number: () => number, bigint: () => bigint): number | bigint {
  const start = cursor.pos;
  const value = number();
  if (Number.isSafeInteger(value)) return value;
  cursor.pos = start;
  return bigint();
}

function readText(cursor: Cursor): string | Uint8Array {
  const start = cursor.pos;
  try {
    return cursor.string();
  } catch {
    cursor.pos = start;
    return cursor.bytes();
  }
}

function readInterface(cursor: Cursor, table: TypeTable): { type: string; value: unknown } | null {
  const name = cursor.string();
  if (name === "") return null;
  const step = spanDefinitions(cursor, passOver).next();
  // The value's extent is known, so nothing is missing.
  const id = step.value!;
  cursor.uint();
  return { type: name, value: readWhole(id, cursor, table).value };
}

function readOpaque(cursor: Cursor, type: string, form: OpaqueForm): Date | OpaqueGob {
  const bytes = cursor.bytes();
  if (form === "gob" && type === "Time") {
    try {
      return decodeTime(bytes);
    } catch {
      // Somebody else's Time, or one that no Date holds.
    }
  }
  return { type, form, bytes };
}

const deepestText = 8;

function typeText(id: number, table: TypeTable, depth: number): string {
  const type = table.get(id);
  if (depth === deepestText) return "...";
  switch (type.kind) {
    case "array":
      return `[${type.length}]${typeText(type.element, table, depth + 1)}`;
    case "slice":
      return `[]${typeText(type.element, table, depth + 1)}`;
    case "map":
      return `map[${typeText(type.key, table, depth + 1)}]${typeText(type.element, table, depth + 1)}`;
    default:
      return type.name === "" ? type.kind : type.name;
  }
}
