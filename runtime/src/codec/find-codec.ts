import type { Codec } from "./codec.ts";
import { gobCodec } from "./gob.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";
import { registeredCodec } from "./register-codec.ts";

/** The codec of a content type: one of the runtime's own or one that was registered. */
export function findCodec(contentType: string): Codec | undefined {
  switch (contentType) {
    case protoCodec.contentType:
      return protoCodec;
    case jsonCodec.contentType:
      return jsonCodec;
    case gobCodec.contentType:
      return gobCodec;
    default:
      return registeredCodec(contentType);
  }
}
