import { GoClientConnection } from "../go/client.ts";
import { opened } from "../go/opened.ts";
import type { ClientProtocol } from "../protocol.ts";
import { JsonRpcClientWire } from "./client.ts";

/** JSON-RPC as channels speak it. */
export const jsonRpcClient: ClientProtocol = {
  name: "jsonrpc",
  alpn: undefined,
  async open(stream, options, owner, signal) {
    const rest = await opened(stream, options, signal);
    const wire = new JsonRpcClientWire(options.limits.maxMessageBytes);
    const connection = new GoClientConnection(stream, options, owner, wire);
    connection.start(rest);
    return connection;
  },
};
