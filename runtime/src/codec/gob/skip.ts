import { DecodeError } from "../../errors.ts";
import { type Cursor, truncated } from "./cursor.ts";
import { readWireType, type TypeTable } from "./type-table.ts";
import type { WireType } from "./wire-type.ts";

type WireArray = WireType & { readonly kind: "array" };

/** Takes in a definition that stands within a value. */
export type Define = (id: number, cursor: Cursor) => void;

/** Passes over a value that nothing here wants. */
export function skip(cursor: Cursor, type: WireType, table: TypeTable): void {
  switch (type.kind) {
    case "bytes":
    case "string":
    case "opaque":
      return cursor.skipBytes();
    case "complex":
      cursor.uint();
      cursor.uint();
      return;
    case "interface":
      drain(spanInterface(cursor, table, passOver));
      return;
    case "array":
    case "slice": {
      const element = table.get(type.element);
      cursor.enter();
      for (let left = elementCount(cursor, type); left > 0; left--) skip(cursor, element, table);
      return cursor.leave();
    }
    case "map": {
      const key = table.get(type.key);
      const element = table.get(type.element);
      cursor.enter();
      for (let left = cursor.count(2); left > 0; left--) {
        skip(cursor, key, table);
        skip(cursor, element, table);
      }
      return cursor.leave();
    }
    case "struct":
      cursor.enter();
      for (let index = nextField(cursor, -1, type); index >= 0; index = nextField(cursor, index, type))
        skip(cursor, table.get(type.fields[index]!.id), table);
      return cursor.leave();
    default:
      cursor.uint();
  }
}

/**
 * Walks a value of a type that the peer defined as {@link skip} does, but stops where the value goes on in the next
 * message: Go sends what it has of a value before it defines a type that an interface in it turns out to hold. Whoever
 * drives it makes the cursor reach to that message's end.
 */
export function* span(
  cursor: Cursor,
  type: WireType,
  table: TypeTable,
  define: Define,
): Generator<undefined> {
  switch (type.kind) {
    case "interface":
      yield* spanInterface(cursor, table, define);
      return;
    case "array":
    case "slice": {
      const element = table.get(type.element);
      cursor.enter();
      // Further elements may be in further messages: their bytes cannot be counted.
      const count = cursor.uint();
      if (type.kind === "array") checkLength(type, count);
      for (let left = count; left > 0; left--) {
        if (isLeaf(element)) skip(cursor, element, table);
        else yield* span(cursor, element, table, define);
      }
      cursor.leave();
      return;
    }
    case "map": {
      const key = table.get(type.key);
      const element = table.get(type.element);
      cursor.enter();
      for (let left = cursor.uint(); left > 0; left--) {
        yield* span(cursor, key, table, define);
        yield* span(cursor, element, table, define);
      }
      cursor.leave();
      return;
    }
    case "struct":
      cursor.enter();
      for (let index = nextField(cursor, -1, type); index >= 0; index = nextField(cursor, index, type))
        yield* span(cursor, table.get(type.fields[index]!.id), table, define);
      cursor.leave();
      return;
    default:
      skip(cursor, type, table);
  }
}

/** A value as it stands alone or in an interface: what is no struct has a zero before it. */
export function* spanWhole(
  cursor: Cursor,
  type: WireType,
  table: TypeTable,
  define: Define,
): Generator<undefined> {
  if (type.kind !== "struct") cursor.singleton();
  yield* span(cursor, type, table, define);
}

/** The name of the type that the interface holds, the type, and the value; an empty name for none. */
function* spanInterface(cursor: Cursor, table: TypeTable, define: Define): Generator<undefined> {
  const end = cursor.extent();
  const isNil = end === cursor.pos;
  cursor.pos = end;
  if (isNil) return;
  const id = yield* spanDefinitions(cursor, define);
  // The length of the value, or of the part of it before the next definition: no help.
  cursor.uint();
  yield* spanWhole(cursor, table.get(id), table, define);
}

/** The definitions before a value within a value; gives the type's number. */
export function* spanDefinitions(cursor: Cursor, define: Define): Generator<undefined, number> {
  for (;;) {
    const id = cursor.int();
    if (id >= 0) return id;
    define(-id, cursor);
    if (cursor.pos === cursor.end) yield undefined;
    // The length of the next message, or of the next part of the value around.
    cursor.uint();
  }
}

/** For definitions within a value whose extent is known: they have been taken in. */
export const passOver: Define = (_id, cursor) => {
  readWireType(cursor);
};

/** Runs a walk whose bytes are all there. */
export function drain(walk: Generator<undefined>): void {
  if (walk.next().done !== true) throw truncated();
}

/** The index of the field that comes next; -1 at the struct's end. */
export function nextField(
  cursor: Cursor,
  index: number,
  type: WireType & { readonly kind: "struct" },
): number {
  const delta = cursor.uint();
  if (delta === 0) return -1;
  const next = index + delta;
  if (next >= type.fields.length)
    throw new DecodeError(`a struct of ${type.fields.length} fields comes with a field ${next + 1}`);
  return next;
}

/** How many elements of a list come next, all of them before the cursor's end. */
export function elementCount(cursor: Cursor, type: WireType & { readonly kind: "array" | "slice" }): number {
  const count = cursor.count(1);
  if (type.kind === "array") checkLength(type, count);
  return count;
}

function checkLength({ length }: WireArray, count: number): void {
  if (count !== length) throw new DecodeError(`an array of ${length} elements comes with ${count}`);
}

function isLeaf({ kind }: WireType): boolean {
  switch (kind) {
    case "interface":
    case "array":
    case "slice":
    case "map":
    case "struct":
      return false;
    default:
      return true;
  }
}
