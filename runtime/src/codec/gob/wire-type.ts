/** How a gob stream describes types. */
import type { BasicKind } from "./go-type.ts";

/** The numbers of the types that no stream defines. */
export const basicIds: Readonly<Record<BasicKind, number>> = {
  bool: 1,
  int: 2,
  uint: 3,
  float: 4,
  bytes: 5,
  string: 6,
};
export const complexId = 7;
export const interfaceId = 8;

/** The least number of a type that a stream defines. */
export const leastDefinedId = 64;

/** The fields of Go's `wireType` by kind: one of them is set. */
export const WireField = { array: 0, slice: 1, struct: 2, map: 3, time: 4 } as const;

/** How a type that encodes itself does that: `GobEncode`, `MarshalBinary` or, which no Go uses yet, `MarshalText`. */
export type OpaqueForm = "gob" | "binary" | "text";

/** A field of a struct that the peer defined. */
export interface WireStructField {
  readonly name: string;
  readonly id: number;
}

/** A type as the peer defined it, its parts by their numbers: they may be defined later. */
export type WireType =
  | { readonly kind: BasicKind | "complex" | "interface"; readonly name: string }
  | { readonly kind: "array"; readonly name: string; readonly element: number; readonly length: number }
  | { readonly kind: "slice"; readonly name: string; readonly element: number }
  | { readonly kind: "map"; readonly name: string; readonly key: number; readonly element: number }
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly WireStructField[] }
  | { readonly kind: "opaque"; readonly name: string; readonly form: OpaqueForm };
