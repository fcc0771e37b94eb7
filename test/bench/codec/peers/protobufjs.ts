import type { Message } from "protobufjs";
import type { Peer } from "../peer.ts";
import { proto } from "../proto.ts";
import { sizes } from "../sizes.ts";

/** The code that protobufjs generates at run time from the parsed schema. */
export const protobufjs: Peer = {
  open(size) {
    const type = proto.root.lookupType(`bench.codec.${sizes[size].message}`);
    return {
      prepare: (value) => type.create(value),
      encode: (message) => type.encode(message as Message).finish(),
      decode: (bytes) => type.decode(bytes),
      plain: (message) => type.toObject(message as Message, { defaults: true }),
    };
  },
};
