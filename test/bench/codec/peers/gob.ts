import type { MessageType } from "@gorpc/runtime";
import { decode, Decoder, encode, Encoder } from "@gorpc/runtime/gob";
import type { Peer } from "../peer.ts";
import { sizes } from "../sizes.ts";

const typeOf = (size: keyof typeof sizes): MessageType<object> => sizes[size].type;

/** Each message is a stream of its own, the definitions of its types included. */
export const gob: Peer = {
  open(size) {
    const type = typeOf(size);
    return {
      prepare: (value) => value,
      encode: (message) => encode(type, message as object),
      decode: (bytes) => decode(type, bytes),
      plain: (message) => message,
    };
  },
};

/** All messages are one stream: the definitions have gone out before anything is measured. */
export const gobStream: Peer = {
  open(size) {
    const type = typeOf(size);
    const encoder = new Encoder();
    const decoder = new Decoder();
    return {
      prepare(value) {
        decoder.push(encoder.encode(type, value));
        decoder.decode(type);
        return value;
      },
      encode: (message) => encoder.encode(type, message as object),
      decode(bytes) {
        decoder.push(bytes);
        return decoder.decode(type);
      },
      plain: (message) => message,
    };
  },
};
