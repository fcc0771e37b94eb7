import { Reader } from "../bytes/reader.ts";
import { Writer } from "../bytes/writer.ts";
import type { Body } from "../schema/body.ts";
import type { BinaryOptions } from "../schema/message.ts";
import type { Codec } from "./codec.ts";
import { explain } from "./explain.ts";
import { ownContentTypes } from "./register-codec.ts";

/** Protobuf's binary format, written and read by each type's own straight-line code. */
export const protoCodec: Codec = {
  contentType: ownContentTypes.proto,
  spliceAbove: 0,

  encode(body, value, writer) {
    try {
      body.write(writer, value);
    } catch (error) {
      throw explain(error, body.type, value);
    }
    if (writer.keepUnknown) writer.unknownOf(value);
  },

  decode(body, reader, end) {
    return reader.finish(body.read(reader, end), end);
  },
};

/** A writer that grew beyond this is not kept for the next message. */
const keptCapacity = 1024 * 1024;

// Taken while in use: a getter in a value may encode another value meanwhile.
let spareWriter: Writer | undefined;
let spareReader: Reader | undefined;
const empty = new Uint8Array(0);

/** One body as bytes of its own. */
export function encodeBody<T>(body: Body<T>, value: T, options?: BinaryOptions): Uint8Array {
  const writer = spareWriter ?? new Writer();
  spareWriter = undefined;
  try {
    writer.keepUnknown = options?.unknownFields === "keep";
    protoCodec.encode(body, value, writer);
    return writer.buffer.slice(0, writer.pos);
  } finally {
    writer.truncate(0);
    if (writer.buffer.length <= keptCapacity) spareWriter = writer;
  }
}

/** One body from bytes that hold nothing else. */
export function decodeBody<T>(body: Body<T>, bytes: Uint8Array, options?: BinaryOptions): T {
  const reader = spareReader ?? new Reader();
  spareReader = undefined;
  try {
    reader.reset(bytes, 0, bytes.length, options?.unknownFields === "keep");
    return protoCodec.decode(body, reader, bytes.length);
  } finally {
    // Else the spare would keep the bytes alive.
    reader.reset(empty);
    spareReader = reader;
  }
}
