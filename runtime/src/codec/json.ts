import type { Reader } from "../bytes/reader.ts";
import { DecodeError } from "../errors.ts";
import type { Body } from "../schema/body.ts";
import type { JsonValue } from "../schema/message.ts";
import type { Codec } from "./codec.ts";
import { type Described, explain, nameOf } from "./explain.ts";
import { readJson } from "./json/read.ts";
import { writeJson } from "./json/write.ts";
import { ownContentTypes } from "./register-codec.ts";

/**
 * A value in protobuf's JSON mapping.
 * @throws EncodeError that names the field which does not fit its type
 */
export function toJson(type: Described, value: unknown): JsonValue {
  try {
    return writeJson(type, value, 0);
  } catch (error) {
    throw explain(error, type, value);
  }
}

/**
 * A value from protobuf's JSON mapping. Unknown keys are skipped.
 * @throws DecodeError that names the path of what does not fit
 */
export function fromJson(type: Described, json: JsonValue): unknown {
  return readJson(type, json, nameOf(type), 0);
}

/** Protobuf's JSON mapping as text. */
export const jsonCodec: Codec = {
  contentType: ownContentTypes.json,

  encode(body, value, writer) {
    writer.text(JSON.stringify(toJson(body.type, value)));
  },

  decode<T>(body: Body<T>, reader: Reader, end: number): T {
    return fromJson(body.type, parse(reader.text(end))) as T;
  },
};

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    // The engine's own text quotes what was received, which no log may show.
    const place = /at position \d+/.exec((error as Error).message)?.[0];
    throw new DecodeError(place === undefined ? "the text is not JSON" : `the text is not JSON ${place}`);
  }
}
