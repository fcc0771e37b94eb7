/**
 * gob, the encoding of Go's `encoding/gob`: for streams of values, and for one value at a time.
 * @packageDocumentation
 */
export { GobDecoder, type GobLimits } from "./decoder.ts";
export { GobEncoder, type Typed } from "./encoder.ts";
export { type GobStruct, struct } from "./struct.ts";
