import type { Field } from "../../schema/types.ts";
import type { StructFields } from "./go-type.ts";

/** A struct that no schema declares, as a protocol's header is one. */
export interface GobStruct<T> {
  /** What `struct` was given. */
  readonly type: StructFields;
  /** Carries the values' type; never set. */
  readonly value?: T;
}

/**
 * Describes a struct by its fields.
 * @param typeName - as Go calls it
 */
export function struct<T extends object>(typeName: string, fields: readonly Field[]): GobStruct<T> {
  return { type: { kind: "struct", typeName, fields } };
}
