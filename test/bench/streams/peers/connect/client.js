import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Bench } from "../../../generated/protobuf-es/bench_pb.js";
import { numberOf } from "../../message.ts";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const transport = createConnectTransport({
    ...{ httpVersion: "2", baseUrl: `http://127.0.0.1:${port}` },
    // Nothing is compressed by any peer.
    acceptCompression: [],
  });
  const client = createClient(Bench, transport);
  return async (bytes, count) => {
    for await (const { body } of client.chunks({ bytes })) {
      if (!count.take(numberOf(body), body.length)) return;
    }
  };
};
