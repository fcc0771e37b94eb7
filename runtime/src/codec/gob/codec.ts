import type { Reader } from "../../bytes/reader.ts";
import type { Body } from "../../schema/body.ts";
import type { Codec } from "../codec.ts";
import { readStandalone, writeStandalone } from "./standalone.ts";

/** gob bodies, each a stream of its own: the definitions of its types, then the value. */
export const gobBodies: Pick<Codec, "encode" | "decode"> = {
  encode(body, value, writer) {
    writeStandalone(writer, body.type, value);
  },

  decode<T>(body: Body<T>, reader: Reader, end: number): T {
    const bytes = reader.rest(end);
    const value = readStandalone(body.type, bytes, 0, bytes.length) as T;
    reader.pos = end;
    return value;
  },
};
