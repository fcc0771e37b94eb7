/**
 * gob, the encoding of Go's `encoding/gob`: for streams of values, and for one value at a time.
 * @packageDocumentation
 */
export type { AnyGob, OpaqueGob } from "./any.ts";
export { GobDecoder, type GobLimits } from "./decoder.ts";
export { GobEncoder, type Typed } from "./encoder.ts";
export { decode, decodeAny, encode, type GobSource } from "./gob.ts";
export { type GobStruct, struct } from "./struct.ts";
export type { OpaqueForm } from "./wire-type.ts";
