import type { SizeName } from "./sizes.ts";

/** A library under measure: what a file in `peers/` exports as `peer`. */
export interface Peer {
  /** Ready to encode and decode the messages of one size. */
  open(size: SizeName): Coder;
}

export interface Coder {
  /** The library's own form of a message, from a plain object. */
  prepare(value: object): unknown;
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
  /** Back to a plain object, to check what was decoded. */
  plain(message: unknown): unknown;
}
