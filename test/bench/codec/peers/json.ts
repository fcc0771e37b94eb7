import type { Peer } from "../peer.ts";

/** JSON to bytes and back, as it goes over a socket. */
export const peer: Peer = {
  open() {
    return {
      prepare: (value) => value,
      encode: (message) => Buffer.from(JSON.stringify(message)),
      decode: (bytes) => JSON.parse((bytes as Buffer).toString("utf8")) as unknown,
      plain: (message) => message,
    };
  },
};
