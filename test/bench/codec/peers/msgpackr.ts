import { pack, unpack } from "msgpackr";
import type { Peer } from "../peer.ts";

/** Self-contained MessagePack: each message carries its keys. */
export const msgpackr: Peer = {
  open() {
    return {
      prepare: (value) => value,
      encode: (message) => pack(message),
      decode: (bytes) => unpack(bytes) as unknown,
      plain: (message) => message,
    };
  },
};
