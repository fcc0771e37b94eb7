/**
 * gob, the encoding of Go's `encoding/gob`: for files and queues that Go programs write and read.
 * @packageDocumentation
 */
export type { AnyGob, OpaqueGob } from "../codec/gob/any.ts";
export { GobDecoder as Decoder, type GobLimits } from "../codec/gob/decoder.ts";
export { decode, decodeAny, encode, Encoder, type GobSource } from "../codec/gob/gob.ts";
export type { GobStruct } from "../codec/gob/struct.ts";
export type { OpaqueForm } from "../codec/gob/wire-type.ts";
