import * as types from "../../generated/ts-proto/messages.ts";
import { sizes } from "../sizes.ts";

/** @type {import("../peer.ts").Peer} */
export const peer = {
  open(size) {
    const type = types[sizes[size].message];
    return {
      prepare: (value) => value,
      encode: (message) => type.encode(message).finish(),
      decode: (bytes) => type.decode(bytes),
      plain: (message) => message,
    };
  },
};
