import { GoServerConnection } from "../go/server.ts";
import { endWith } from "../linger.ts";
import type { ServerProtocol } from "../protocol.ts";
import { JsonRpcServerWire } from "./server.ts";

/** JSON-RPC as servers speak it. */
export const jsonRpcServer: ServerProtocol = {
  name: "jsonrpc",
  serve(stream, first, peer, host) {
    const wire = new JsonRpcServerWire(host.limits.maxMessageBytes);
    const connection = new GoServerConnection(stream, peer, host, wire, 0);
    host.onHandshake(connection, stream);
    connection.start(first);
  },
  refuse(stream, reason) {
    endWith(stream, `${JSON.stringify({ id: null, result: null, error: reason })}\n`);
  },
};
