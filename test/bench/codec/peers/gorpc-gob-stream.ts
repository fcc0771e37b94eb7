import type { MessageType } from "@gorpc/runtime";
import { Decoder, Encoder } from "@gorpc/runtime/gob";
import type { Peer } from "../peer.ts";
import { sizes } from "../sizes.ts";

/** All messages are one stream: the definitions have gone out before anything is measured. */
export const peer: Peer = {
  open(size) {
    const type = sizes[size].type as unknown as MessageType<object>;
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
