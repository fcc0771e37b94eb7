/** The thrift package with its own generated code: binary protocol, buffered transport, its defaults. */
import { once } from "node:events";
import "./require.js";
import thrift from "thrift";
import Bench from "../../../generated/thrift/Bench.js";

/** @type {import("../../peer.ts").Serve} */
export const serve = async (handle) => {
  const server = thrift.createServer(Bench, { echo: handle }, { transport: thrift.TBufferedTransport });
  server.on("connection", (socket) => socket.setNoDelay(true));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return String(server.address().port);
};
