import { newWebSocketRpcSession } from "capnweb";
import { WebSocket } from "./websocket.js";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const bench = newWebSocketRpcSession(new WebSocket(`ws://127.0.0.1:${port}`));
  return (message) => bench.echo(message);
};
