import protobuf from "protobufjs";
import text from "../messages.proto";
import { sizes } from "../sizes.ts";

const { root } = protobuf.parse(text);

/**
 * The code that protobufjs generates at run time from the parsed schema: the same as it writes into a static module.
 * @type {import("../peer.ts").Peer}
 */
export const peer = {
  open(size) {
    const type = root.lookupType(`bench.codec.${sizes[size].message}`);
    return {
      prepare: (value) => type.create(value),
      encode: (message) => type.encode(message).finish(),
      decode: (bytes) => type.decode(bytes),
      plain: (message) => type.toObject(message, { defaults: true }),
    };
  },
};
