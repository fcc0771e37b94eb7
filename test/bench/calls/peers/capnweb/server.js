/** capnweb over the WebSockets of ws, as its documentation sets a server up on Node. */
import { once } from "node:events";
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocketServer } from "./websocket.js";

/** @type {import("../../peer.ts").Serve} */
export const serve = async (handle) => {
  class Bench extends RpcTarget {
    echo(message) {
      return handle(message);
    }
  }
  const wss = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  wss.on("connection", (socket) => newWebSocketRpcSession(socket, new Bench()));
  await once(wss, "listening");
  return String(wss.address().port);
};
