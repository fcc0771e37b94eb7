/**
 * The resolved model of a schema: what the parser and the checker leave behind, and all that a generator reads.
 * Immutable; a reference to a declaration is the declaration's own object, so graphs may be cyclic.
 */
import type { Span } from "./span.ts";

/** A file of the language, resolved. */
export interface SchemaFile {
  /** The path it was loaded under, with forward slashes. */
  readonly path: string;
  /** The dotted package name, `shop.orders.v1`. */
  readonly package: string;
  /** The doc comment of the `package` line. */
  readonly doc?: string | undefined;
  readonly imports: readonly Import[];
  /** In source order. */
  readonly declarations: readonly Declaration[];
}

/** One `import { ... } from "..."`. */
export interface Import {
  /** As written: `./money.gorpc`. */
  readonly specifier: string;
  readonly file: SchemaFile;
  readonly names: readonly ImportedName[];
  readonly span: Span;
}

export interface ImportedName {
  readonly declaration: Exclude<Declaration, Service>;
  /** The name it goes by in the importing file. */
  readonly alias: string;
  readonly span: Span;
}

export type Declaration = Constant | Enum | Message | Union | TypedError | Service;

interface Named {
  readonly name: string;
  /** Markdown, without the `///`. */
  readonly doc?: string | undefined;
  /** The reason given to `@deprecated`, possibly empty; undefined where not deprecated. */
  readonly deprecated?: string | undefined;
  /** The span of the name. */
  readonly span: Span;
}

interface TopLevel extends Named {
  /** Package and name: `shop.orders.v1.Order`. */
  readonly fullName: string;
  readonly file: SchemaFile;
}

export interface Constant extends TopLevel {
  readonly kind: "constant";
  readonly type: ScalarType | EnumType;
  /** A bigint for the 64-bit types, milliseconds for a duration, the enum's value for an enum. */
  readonly value: boolean | string | number | bigint | EnumValue;
}

export interface Enum extends TopLevel {
  readonly kind: "enum";
  readonly values: readonly EnumValue[];
  readonly reserved: Reserved;
}

export interface EnumValue extends Named {
  readonly number: number;
}

export interface Message extends TopLevel {
  readonly kind: "message";
  readonly fields: readonly Field[];
  readonly reserved: Reserved;
}

export interface Field extends Named {
  readonly number: number;
  readonly type: Type;
  /** Written with `?`: presence is kept. */
  readonly optional: boolean;
  /** The name in JSON, where `@json` gives another. */
  readonly json?: string | undefined;
  /** The name on the Go side, where `@go` gives another. */
  readonly go?: string | undefined;
  readonly sensitive: boolean;
}

export interface Union extends TopLevel {
  readonly kind: "union";
  /** A member is a field that is never `optional`. */
  readonly members: readonly Field[];
  readonly reserved: Reserved;
}

export interface TypedError extends TopLevel {
  readonly kind: "error";
  /** From `@code`; UNKNOWN without it. */
  readonly code: StatusCode;
  readonly fields: readonly Field[];
  readonly reserved: Reserved;
}

export interface Service extends TopLevel {
  readonly kind: "service";
  readonly go?: string | undefined;
  readonly methods: readonly Method[];
}

export interface Method extends Named {
  /** The name in TypeScript: `GetURL` is `getURL`. */
  readonly localName: string;
  readonly go?: string | undefined;
  /** Undefined where the parentheses are empty. */
  readonly request: Payload | undefined;
  /** Undefined without `->`. */
  readonly response: Payload | undefined;
  readonly throws: readonly TypedError[];
  /** From `@timeout`, in milliseconds. */
  readonly timeout?: number | undefined;
  readonly idempotent: boolean;
}

export interface Payload {
  readonly type: Type;
  readonly stream: boolean;
}

/** Numbers and names that may not be used again. */
export interface Reserved {
  /** Inclusive at both ends. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  readonly names: readonly string[];
}

export type Type = ScalarType | EnumType | MessageType | UnionType | ListType | MapType;

export interface ScalarType {
  readonly kind: "scalar";
  readonly scalar: Scalar;
}
export interface EnumType {
  readonly kind: "enum";
  readonly declaration: Enum;
}
export interface MessageType {
  readonly kind: "message";
  readonly declaration: Message;
}
export interface UnionType {
  readonly kind: "union";
  readonly declaration: Union;
}
export interface ListType {
  readonly kind: "list";
  readonly element: Type;
}
export interface MapType {
  readonly kind: "map";
  readonly key: MapKey;
  readonly value: Type;
}

export const scalars = [
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

export type Scalar = (typeof scalars)[number];

export type MapKey = Exclude<Scalar, "bytes" | "float32" | "float64" | "timestamp" | "duration">;

/** The sixteen status codes of gRPC, without OK. */
export const statusCodes = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

export type StatusCode = (typeof statusCodes)[number];
