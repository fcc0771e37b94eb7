/**
 * The description of types that generated code carries: what JSON, tools and error texts work from.
 * The binary codec never reads it; that is straight-line code in the generated file.
 */
import type { MessageBody } from "./message.ts";
import type { UnionBody } from "./union.ts";

/** The scalars of the language, by their names there. */
export const scalarNames = [
  "bool",
  "string",
  "bytes",
  "int",
  "int32",
  "uint32",
  "sint32",
  "fixed32",
  "sfixed32",
  "int64",
  "uint64",
  "sint64",
  "fixed64",
  "sfixed64",
  "float32",
  "float64",
  "timestamp",
  "duration",
] as const;

/** The name of a scalar of the language. `int` and `int32` to `sfixed32` are numbers, those of 64 bits bigints, `duration` milliseconds. */
export type ScalarName = (typeof scalarNames)[number];

/** A scalar that may be a map's key. */
export type MapKeyName = Exclude<ScalarName, "bytes" | "float32" | "float64" | "timestamp" | "duration">;

/** A type as it stands in a field, a list, a map or a method. */
export type ValueType = ScalarName | EnumType | ListType | MapType | AnyMessageType | AnyUnionType;

// A type's own codec takes its own values; a holder of many types must not care which.
/** Any message's body, as methods and fields refer to it; `message(body)` has `encode`, `toJson` and the like. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMessageType = MessageBody<any>;
/** Any union's body; `union(body)` has `encode`, `toJson` and the like. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyUnionType = UnionBody<any>;

/** The fields of a typed error, as its body. */
export interface ErrorFields {
  /** Tells it from messages and unions; a field never holds it. */
  readonly kind: "error";
  /** Package and name. */
  readonly typeName: string;
  /** In the order of the schema. */
  readonly fields: readonly Field[];
}

/** An open enum: the names of its known numbers. */
export interface EnumType {
  /** Tells it from what else a field may hold: see {@link ValueType}. */
  readonly kind: "enum";
  /** Package and name. */
  readonly typeName: string;
  /** Number by name. Other numbers that arrive are kept as they are. */
  readonly values: Readonly<Record<string, number>>;
}

/** A list, as {@link list} describes it: an array in TypeScript. */
export interface ListType {
  /** Tells it from what else a field may hold: see {@link ValueType}. */
  readonly kind: "list";
  /** What each element is; a list or a map, too. */
  readonly element: ValueType;
}

/** A map, as {@link map} describes it. In TypeScript it is an object where its keys are strings, and a `Map` elsewhere. */
export interface MapType {
  /** Tells it from what else a field may hold: see {@link ValueType}. */
  readonly kind: "map";
  /** What each key is. */
  readonly key: MapKeyName;
  /** What each value is; a list or a map, too. */
  readonly value: ValueType;
}

/** A field of a message or an error, or a member of a union. */
export interface Field {
  /** On the wire, and the order of writing: 1 to 536,870,911. */
  readonly number: number;
  /** The name in TypeScript. */
  readonly name: string;
  /** What it holds. */
  readonly type: ValueType;
  /** Keeps presence: absent is not the same as zero. */
  readonly optional?: true;
  /** The name in JSON, where it differs. */
  readonly json?: string;
  /** The name on the Go side, where it is not the PascalCase of the name. */
  readonly go?: string;
  /** Shown by no log, error text or console page. */
  readonly sensitive?: true;
}

/** Describes an enum; `values` is the generated `const` object. */
export function enumeration(typeName: string, values: Readonly<Record<string, number>>): EnumType {
  return { kind: "enum", typeName, values };
}

/** Describes a list. */
export function list(element: ValueType): ListType {
  return { kind: "list", element };
}

/** Describes a map. */
export function map(key: MapKeyName, value: ValueType): MapType {
  return { kind: "map", key, value };
}

/** Tells whether a number is one of an enum's known values, and narrows it to them. */
export function isKnown<const Values extends Readonly<Record<string, number>>>(
  values: Values,
  value: number,
): value is Values[keyof Values] {
  for (const name in values) if (values[name] === value) return true;
  return false;
}
