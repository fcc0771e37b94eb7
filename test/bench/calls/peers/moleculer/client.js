import { start } from "./broker.js";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const broker = await start(`client-${process.pid}`, [`127.0.0.1:${port}/server`]);
  await broker.waitForServices("bench", 10_000, 20);
  return (message) => broker.call("bench.echo", message);
};
