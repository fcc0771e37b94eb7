/** fastify with schemas of both sides, so that it serializes with the code it compiles; no logger. */
import Fastify from "fastify";

const text = { type: "string" };
const message = {
  type: "object",
  properties: {
    id: { type: "integer" },
    key: text,
    method: text,
    region: text,
    user: text,
    value: { type: "number" },
  },
  required: ["id", "key", "method", "region", "user", "value"],
};

/** @type {import("../../peer.ts").Serve} */
export const serve = async (handle) => {
  const app = Fastify({ logger: false, keepAliveTimeout: 600_000 });
  app.post("/echo", {
    schema: { body: message, response: { 200: message } },
    handler: ({ body }) => handle(body),
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return String(app.server.address().port);
};
