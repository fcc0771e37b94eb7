import { Writer } from "../../bytes/writer.ts";
import type { Body } from "../../schema/body.ts";
import type { AnyGob } from "./any.ts";
import { GobDecoder, type GobLimits } from "./decoder.ts";
import { GobEncoder } from "./encoder.ts";
import { readStandalone, writeStandalone } from "./standalone.ts";

/**
 * One value as a gob stream of its own: what Go's `gob.NewEncoder(w).Encode(value)` writes.
 * @throws EncodeError that names the field which does not fit its type
 */
export function encode<T>(body: Body<T>, value: T): Uint8Array {
  return withWriter((writer) => writeStandalone(writer, body.type, value));
}

/** A writer that grew beyond this is not kept for the next value. */
const keptCapacity = 1024 * 1024;

// Taken while in use: a getter in a value may encode another value meanwhile.
let spare: Writer | undefined;

/** What is written, in bytes of its own. */
function withWriter(write: (writer: Writer) => void): Uint8Array {
  const writer = spare ?? new Writer();
  spare = undefined;
  try {
    write(writer);
    return writer.buffer.slice(0, writer.pos);
  } finally {
    writer.truncate(0);
    if (writer.buffer.length <= keptCapacity) spare = writer;
  }
}

/**
 * The value of a gob stream that holds one.
 * @throws DecodeError where it is no such stream or does not fit the type; RangeError for a number out of range
 */
export function decode<T>(body: Body<T>, bytes: Uint8Array): T {
  return readStandalone(body.type, bytes, 0, bytes.length) as T;
}

/** Writes several values as one stream, as Go's `gob.Encoder` does: the definitions of a type go out with its first value. */
export class Encoder {
  readonly #encoder = new GobEncoder();

  /**
   * The stream's next bytes: a value, and before it the definitions that it is the first to need.
   * @throws EncodeError that names the field which does not fit its type; the stream goes on as if it had not been tried
   */
  encode<T>(body: Body<T>, value: T): Uint8Array {
    return withWriter((writer) => this.#encoder.encode(writer, body, value));
  }
}

/** Where a gob stream comes from: a file's `createReadStream`, a socket, or all of its bytes. */
export type GobSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * The values of a gob stream as it describes them itself, without a schema: for looking into a file.
 * @throws DecodeError where it is no gob stream, ends within a value, or is beyond a limit
 */
export async function* decodeAny(
  source: GobSource,
  limits?: GobLimits,
): AsyncGenerator<AnyGob, void, undefined> {
  const decoder = new GobDecoder(limits);
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    decoder.push(chunk);
    while (decoder.ready()) yield decoder.decodeAny();
  }
  decoder.end();
}
