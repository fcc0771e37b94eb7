import type { MessageType } from "@gorpc/runtime";
import { decode, encode } from "@gorpc/runtime/gob";
import type { Peer } from "../peer.ts";
import { sizes } from "../sizes.ts";

/** Each message is a stream of its own, the definitions of its types included. */
export const peer: Peer = {
  open(size) {
    const type = sizes[size].type as unknown as MessageType<object>;
    return {
      prepare: (value) => value,
      encode: (message) => encode(type, message as object),
      decode: (bytes) => decode(type, bytes),
      plain: (message) => message,
    };
  },
};
