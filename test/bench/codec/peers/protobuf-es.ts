import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { Peer } from "../peer.ts";
import { proto } from "../proto.ts";
import { sizes } from "../sizes.ts";

export const protobufEs: Peer = {
  open(size) {
    const schema = proto.registry.getMessage(`bench.codec.${sizes[size].message}`)!;
    return {
      prepare: (value) => create(schema, value as Record<string, unknown>),
      encode: (message) => toBinary(schema, message as Message),
      decode: (bytes) => fromBinary(schema, bytes),
      plain: (message) => message,
    };
  },
};
