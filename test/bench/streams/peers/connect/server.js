/** @connectrpc/connect-node over HTTP/2, with the code that protoc-gen-es generates. */
import { once } from "node:events";
import { createServer } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Bench } from "../../../generated/protobuf-es/bench_pb.js";

/** @type {import("../../peer.ts").Serve} */
export const serve = async (source) => {
  async function* chunks({ bytes }) {
    for (const body of source(bytes)) yield { body };
  }
  const routes = (router) => router.service(Bench, { chunks });
  const server = createServer(connectNodeAdapter({ routes, acceptCompression: [] }));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String(server.address().port);
};
