import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import WebSocket from "ws";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const client = await new Promise((resolve) => {
    const opened = createWSClient({
      url: `ws://127.0.0.1:${port}`,
      WebSocket,
      onOpen: () => resolve(opened),
    });
  });
  const trpc = createTRPCClient({ links: [wsLink({ client })] });
  return (message) => trpc.echo.query(message);
};
