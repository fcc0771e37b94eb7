import { GoClientConnection } from "../go/client.ts";
import { GobClientWire } from "../go/gob-client.ts";
import { opened } from "../go/opened.ts";
import type { ClientProtocol } from "../protocol.ts";
import { request, response } from "./headers.ts";

/** Go's net/rpc as channels speak it. */
export const netRpcClient: ClientProtocol = {
  name: "net/rpc",
  alpn: undefined,
  async open(stream, options, owner, signal) {
    const rest = await opened(stream, options, signal);
    const wire = new GobClientWire("net/rpc", request, response, options.limits.maxMessageBytes);
    const connection = new GoClientConnection(stream, options, owner, wire);
    connection.start(rest);
    return connection;
  },
};
