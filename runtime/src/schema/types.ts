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
  readonly kind: "error";
  readonly typeName: string;
  readonly fields: readonly Field[];
}

/** An open enum: the names of its known numbers. */
export interface EnumType {
  readonly kind: "enum";
  readonly typeName: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface ListType {
  readonly kind: "list";
  readonly element: ValueType;
}

export interface MapType {
  readonly kind: "map";
  readonly key: MapKeyName;
  readonly value: ValueType;
}

/** A field of a message or an error, or a member of a union. */
export interface Field {
  readonly number: number;
  /** The name in TypeScript. */
  readonly name: string;
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
