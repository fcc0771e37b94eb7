/** ws's, also as the global that capnweb compares states with and Node 20 does not have. */
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket;

export { WebSocket, WebSocketServer } from "ws";
