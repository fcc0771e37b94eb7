/** undici, one connection, its requests in the pipeline of HTTP/1.1. */
import { Client } from "undici";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const client = new Client(`http://127.0.0.1:${port}`, { pipelining: 64 });
  const headers = { "content-type": "application/json" };
  return async (message) => {
    const { statusCode, body } = await client.request({
      path: "/echo",
      method: "POST",
      // Requests may overtake each other's place in the pipeline: an echo may be repeated.
      idempotent: true,
      blocking: false,
      headers,
      body: JSON.stringify(message),
    });
    if (statusCode !== 200) throw new Error(`status ${statusCode}: ${await body.text()}`);
    return body.json();
  };
};
