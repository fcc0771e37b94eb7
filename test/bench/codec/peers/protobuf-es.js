import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as schemas from "../../generated/protobuf-es/messages_pb.js";
import { sizes } from "../sizes.ts";

/** @type {import("../peer.ts").Peer} */
export const peer = {
  open(size) {
    const schema = schemas[`${sizes[size].message}Schema`];
    return {
      prepare: (value) => create(schema, value),
      encode: (message) => toBinary(schema, message),
      decode: (bytes) => fromBinary(schema, bytes),
      plain: (message) => message,
    };
  },
};
