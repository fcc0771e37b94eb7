/** How protobuf's fields lie on the wire. */

/** The lower three bits of a tag: how long the field is. */
export const WireType = {
  varint: 0,
  fixed64: 1,
  lengthDelimited: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

/** How deep messages, lists and maps may lie in each other, in bytes and in values. */
export const maxDepth = 100;
