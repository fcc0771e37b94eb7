import type { Scalar } from "@gorpc/idl";

/** The wire types of protobuf that the language uses. */
export const wire = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
export type WireType = (typeof wire)[keyof typeof wire];

/** A global that emitted code may name. */
export type GlobalName =
  "AsyncIterable" | "Date" | "Iterable" | "Map" | "Object" | "Promise" | "Record" | "Uint8Array";

/** How emitted code spells a global: plainly, or through `globalThis` where the schema's names hide it. */
export type Globals = (name: GlobalName) => string;

/** Everything that emission knows of a scalar. */
export interface ScalarRow {
  readonly type: (globals: Globals) => string;
  readonly wire: WireType;
  /** The method of the runtime's writer and reader. */
  readonly method: string;
  /** The value that stands for an absent one. */
  readonly zero: (globals: Globals) => string;
  /** The zero is an object: made only where nothing was read. */
  readonly zeroIsObject?: true;
  /** The test for a value that must be written; undefined where every value is. */
  readonly isWritten: ((value: string, globals: Globals) => string) | undefined;
}

const unlike = (zero: string) => (value: string) => `${value} !== ${zero}`;

const number = (method: Scalar, wireType: WireType): ScalarRow => ({
  type: () => "number",
  wire: wireType,
  method,
  zero: () => "0",
  isWritten: unlike("0"),
});

const bigint = (method: Scalar, wireType: WireType): ScalarRow => ({
  type: () => "bigint",
  wire: wireType,
  method,
  zero: () => "0n",
  isWritten: unlike("0n"),
});

const float = (method: Scalar, wireType: WireType): ScalarRow => ({
  type: () => "number",
  wire: wireType,
  method,
  zero: () => "0",
  // -0 equals 0 and is a value all the same.
  isWritten: (value, globals) => `!${globals("Object")}.is(${value}, 0)`,
});

const table: Readonly<Record<Scalar, ScalarRow>> = {
  bool: {
    type: () => "boolean",
    wire: wire.varint,
    method: "bool",
    zero: () => "false",
    isWritten: unlike("false"),
  },
  string: {
    type: () => "string",
    wire: wire.delimited,
    method: "string",
    zero: () => '""',
    isWritten: unlike('""'),
  },
  bytes: {
    type: (globals) => globals("Uint8Array"),
    wire: wire.delimited,
    method: "bytes",
    zero: (globals) => `new ${globals("Uint8Array")}(0)`,
    zeroIsObject: true,
    // Not `length`: an empty string has one, and would pass for empty bytes.
    isWritten: (value) => `${value}.byteLength !== 0`,
  },
  int: number("int", wire.varint),
  int32: number("int32", wire.varint),
  uint32: number("uint32", wire.varint),
  sint32: number("sint32", wire.varint),
  fixed32: number("fixed32", wire.fixed32),
  sfixed32: number("sfixed32", wire.fixed32),
  int64: bigint("int64", wire.varint),
  uint64: bigint("uint64", wire.varint),
  sint64: bigint("sint64", wire.varint),
  fixed64: bigint("fixed64", wire.fixed64),
  sfixed64: bigint("sfixed64", wire.fixed64),
  float32: float("float32", wire.fixed32),
  float64: float("float64", wire.fixed64),
  timestamp: {
    type: (globals) => globals("Date"),
    wire: wire.delimited,
    method: "timestamp",
    zero: (globals) => `new ${globals("Date")}(0)`,
    zeroIsObject: true,
    isWritten: undefined,
  },
  duration: {
    type: () => "number",
    wire: wire.delimited,
    method: "duration",
    zero: () => "0",
    isWritten: undefined,
  },
};

/** The row of a scalar. */
export function scalarRow(scalar: Scalar): ScalarRow {
  return table[scalar];
}

/** An enum goes over the wire as the row of its number. */
export const enumRow: ScalarRow = table.int32;
