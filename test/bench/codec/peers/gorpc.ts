import type { MessageType } from "@gorpc/runtime";
import type { Peer } from "../peer.ts";
import { sizes } from "../sizes.ts";

/** The code that gorpc-gen writes, through the calls that an application makes. */
export const peer: Peer = {
  open(size) {
    const type = sizes[size].type as unknown as MessageType<object>;
    return {
      prepare: (value) => value,
      encode: (message) => type.encode(message as object),
      decode: (bytes) => type.decode(bytes),
      plain: (message) => message,
    };
  },
};
