import type { Body } from "./body.ts";
import type { Field } from "./types.ts";

/** How unknown fields are treated. */
export interface BinaryOptions {
  /**
   * `"keep"` carries fields that the schema does not know through a decode and an encode.
   * @defaultValue `"skip"`
   */
  readonly unknownFields?: "skip" | "keep";
}

/** A value as `JSON.parse` gives it. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A message as services and other types refer to it: how it goes over the wire, and its description. */
export interface MessageBody<T extends object> extends Body<T> {
  /** Tells it from what else a field may hold: see {@link ValueType}. */
  readonly kind: "message";
  /** Package and name. */
  readonly typeName: string;
  /** Itself: a message needs no wrapper. */
  readonly type: MessageBody<T>;
  /** In the order of the schema. */
  readonly fields: readonly Field[];
}

/**
 * A message's codec, for use without a call; the generated `const` beside the interface of the same name.
 * @typeParam Needed - the fields that have no zero (unions), which `create` therefore requires
 */
export interface MessageType<T extends object, Needed extends keyof T = never> extends MessageBody<T> {
  /**
   * Encodes in protobuf's binary format.
   * @throws EncodeError that names the field which is missing, of the wrong kind or out of range
   */
  encode(value: T, options?: BinaryOptions): Uint8Array;
  /** @throws DecodeError, or RangeError for an integer out of its type's range */
  decode(bytes: Uint8Array, options?: BinaryOptions): T;
  /**
   * To protobuf's JSON mapping.
   * @throws EncodeError, as `encode`
   */
  toJson(value: T): JsonValue;
  /** @throws DecodeError that names the path of what does not fit */
  fromJson(json: JsonValue): T;
  /** A message of zeros with the given fields set. */
  create(
    ...partial: [Needed] extends [never] ? [partial?: Partial<T>] : [partial: Partial<T> & Pick<T, Needed>]
  ): T;
}
