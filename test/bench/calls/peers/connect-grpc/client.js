import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Bench } from "../../../generated/protobuf-es/bench_pb.js";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const client = createClient(
    Bench,
    createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}`, acceptCompression: [] }),
  );
  return (message) => client.echo(message);
};
