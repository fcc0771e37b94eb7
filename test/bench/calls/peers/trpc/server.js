/** tRPC over WebSocket, without a validator: its input is passed on as it comes. */
import { once } from "node:events";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

/** @type {import("../../peer.ts").Serve} */
export const serve = async (handle) => {
  const { router, procedure } = initTRPC.create();
  const echo = procedure.input((message) => message).query(({ input }) => handle(input));
  const wss = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  applyWSSHandler({ wss, router: router({ echo }) });
  await once(wss, "listening");
  return String(wss.address().port);
};
