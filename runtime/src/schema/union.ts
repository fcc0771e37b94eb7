import type { Body } from "./body.ts";
import type { BinaryOptions, JsonValue } from "./message.ts";
import type { Field } from "./types.ts";

/** A member of a union that this side's schema does not know; encodes again as it was received. */
export interface UnknownMember {
  /** No schema may name a member so. */
  readonly kind: "unknown";
  /** The member's field number. */
  readonly number: number;
  /** The field as received, tag included. */
  readonly bytes: Uint8Array;
}

/** A union as services and other types refer to it: how it goes over the wire, and its description. */
export interface UnionBody<T extends { readonly kind: string }> extends Body<T> {
  /** Tells it from what else a field may hold: see {@link ValueType}. */
  readonly kind: "union";
  /** Package and name. */
  readonly typeName: string;
  /** Itself: a union needs no wrapper. */
  readonly type: UnionBody<T>;
  /** In the order of the schema. */
  readonly members: readonly Field[];
}

/** A union's codec, for use without a call; the generated `const` beside the type of the same name. */
export interface UnionType<T extends { readonly kind: string }> extends UnionBody<T> {
  /** @throws EncodeError that names what is missing, of the wrong kind or out of range */
  encode(value: T, options?: BinaryOptions): Uint8Array;
  /** @throws DecodeError, also where no member is set */
  decode(bytes: Uint8Array, options?: BinaryOptions): T;
  /** To protobuf's JSON mapping: an object with the one member. */
  toJson(value: T): JsonValue;
  /** @throws DecodeError that names the path of what does not fit */
  fromJson(json: JsonValue): T;
}
