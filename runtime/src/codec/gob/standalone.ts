import { Writer } from "../../bytes/writer.ts";
import { DecodeError } from "../../errors.ts";
import { type Described, explain } from "../explain.ts";
import { Cursor } from "./cursor.ts";
import { Definitions } from "./definitions.ts";
import { putValue } from "./encoder.ts";
import { type GobType, type GoType, goType } from "./go-type.ts";
import { messageAt } from "./inbox.ts";
import { ReadPlans } from "./read-plan.ts";
import { drain, spanWhole } from "./skip.ts";
import { defaultDefinitionBytes, TypeTable } from "./type-table.ts";
import { interfaceId } from "./wire-type.ts";

/** The definitions that stand before a value on a stream of its own; every such stream begins with the same. */
interface Head {
  readonly bytes: Uint8Array;
  readonly id: number;
}

const heads = new WeakMap<GoType, Head>();

/**
 * Appends a value as a stream of its own, its type's definitions before it.
 * @throws EncodeError that names the field which does not fit its type
 */
export function writeStandalone(writer: Writer, type: GobType, value: unknown): void {
  try {
    const local = goType(type);
    const { bytes, id } = headOf(local);
    putValue(writer.raw(bytes), local, id, value);
  } catch (error) {
    throw explain(error, type as Described, value);
  }
}

function headOf(type: GoType): Head {
  let head = heads.get(type);
  if (head === undefined) {
    const writer = new Writer();
    const id = new Definitions().define(writer, type);
    heads.set(type, (head = { id, bytes: writer.take() }));
  }
  return head;
}

/** The types of streams that began with the same definitions. */
interface Known {
  readonly head: Uint8Array;
  readonly table: TypeTable;
  readonly plans: ReadPlans;
}

/** Per type here: peers of as many versions are read without compiling again. */
const maxKnown = 4;
/** Longer heads are read anew each time. */
const maxKnownHeadBytes = 16 * 1024;

const known = new WeakMap<GoType, Known[]>();

/**
 * Reads a stream of one value that lies between two offsets.
 * @throws DecodeError where it is not that or does not fit the type; RangeError for a number out of range
 */
export function readStandalone(type: GobType, data: Uint8Array, from: number, end: number): unknown {
  const local = goType(type);
  const start = endOfHead(data, from, end);
  const { table, plans } = typesOf(local, data, from, start);
  const message = messageAt(data, start, end, end);
  if (message === undefined) throw new DecodeError("the stream ends before its value does");
  const cursor = new Cursor(data, message.from, message.end);
  const id = cursor.int();
  if (id === interfaceId || table.holdsInterface) {
    cursor.move(data, cursor.pos, end);
    takeInnerDefinitions(cursor, id, table);
  }
  const value = type === undefined ? skipAll(cursor) : plans.read(local, id, cursor);
  if (cursor.pos !== end) throw new DecodeError(`${end - cursor.pos} bytes are left over after the value`);
  return value;
}

/** Where the definitions end and the value begins. */
function endOfHead(data: Uint8Array, from: number, end: number): number {
  let at = from;
  for (;;) {
    const message = messageAt(data, at, end, end);
    if (message === undefined || new Cursor(data, message.from, message.end).int() >= 0) return at;
    at = message.end;
  }
}

function typesOf(type: GoType, data: Uint8Array, from: number, end: number): Known {
  let list = known.get(type);
  if (list === undefined) known.set(type, (list = []));
  const head = data.subarray(from, end);
  const found = list.find((each) => Buffer.compare(each.head, head) === 0);
  if (found !== undefined) return found;
  const fresh = readHead(head.slice());
  // Values with interfaces define further types, each stream its own.
  if (!fresh.table.holdsInterface && head.length <= maxKnownHeadBytes) {
    list.unshift(fresh);
    list.length = Math.min(list.length, maxKnown);
  }
  return fresh;
}

function readHead(head: Uint8Array): Known {
  const table = new TypeTable(defaultDefinitionBytes);
  for (let at = 0; at < head.length;) {
    const { from, end } = messageAt(head, at, head.length, head.length)!;
    const cursor = new Cursor(head, from, end);
    table.defineWhole(-cursor.int(), cursor);
    at = end;
  }
  return { head, table, plans: new ReadPlans(table) };
}

/** Walks the value once, so that all types in it are known. */
function takeInnerDefinitions(cursor: Cursor, id: number, table: TypeTable): void {
  const start = cursor.pos;
  drain(spanWhole(cursor, table.get(id), table, (inner, at) => table.define(inner, at)));
  cursor.pos = start;
}

function skipAll(cursor: Cursor): undefined {
  cursor.pos = cursor.end;
}
