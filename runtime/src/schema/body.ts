import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { ErrorFields, ValueType } from "./types.ts";

/**
 * What can stand alone as the body of a request or a response: a message, a union, or a wrapper around
 * any other type.
 */
export interface Body<T> {
  /** What the body holds; undefined for a body that holds nothing. */
  readonly type: ValueType | ErrorFields | undefined;
  /** Appends the value's fields in protobuf's binary format. */
  write(writer: Writer, value: T): void;
  /**
   * Reads fields until `end`, an offset in the reader's buffer.
   * @param into - the earlier value, where a repeated occurrence of the same field merges
   */
  read(reader: Reader, end: number, into?: T): T;
}

/** The two straight-line functions that the generator emits for a type. */
export interface BinaryCodec<T> {
  /** Appends the value's fields. @throws EncodeError for a value that is not of its type */
  write(this: void, writer: Writer, value: T): void;
  /**
   * Reads fields until `end`, an offset in the reader's buffer.
   * @param into - the earlier value, where a repeated occurrence of the same field merges
   * @throws DecodeError for bytes that are no such value, RangeError for an integer out of its type's range
   */
  read(this: void, reader: Reader, end: number, into?: T): T;
}
