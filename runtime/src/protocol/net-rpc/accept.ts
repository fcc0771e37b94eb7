import { GobServerWire } from "../go/gob-server.ts";
import { GoServerConnection } from "../go/server.ts";
import { endWith } from "../linger.ts";
import type { ServerProtocol } from "../protocol.ts";
import { request, response } from "./headers.ts";

/** Serves a connection, also one behind CONNECT, which may stay silent until its first call. */
export const serveNetRpc: ServerProtocol["serve"] = (stream, first, peer, host) => {
  const wire = new GobServerWire("net/rpc", request, response, host.limits.maxMessageBytes);
  const connection = new GoServerConnection(stream, peer, host, wire, 0);
  host.onHandshake(connection, stream);
  connection.start(first);
};

/** Go's net/rpc as servers speak it. */
export const netRpcServer: ServerProtocol = {
  name: "net/rpc",
  serve: serveNetRpc,
  // The protocol has no words for it.
  refuse: (stream) => endWith(stream, ""),
};
