import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Bench } from "../../../generated/protobuf-es/bench_pb.js";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const transport = createConnectTransport({
    ...{ httpVersion: "2", baseUrl: `http://127.0.0.1:${port}` },
    // Nothing is compressed by any peer.
    acceptCompression: [],
  });
  const client = createClient(Bench, transport);
  return (message) => client.echo(message);
};
