import { start } from "./broker.js";

/** @type {import("../../peer.ts").Serve} */
export const serve = async (handle) => {
  const service = { name: "bench", actions: { echo: ({ params }) => handle(params) } };
  const broker = await start("server", [], [service]);
  return String(broker.transit.tx.opts.port);
};
