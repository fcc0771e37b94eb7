/** @gorpc/runtime as it comes. */
import { Server } from "@gorpc/runtime";
import type { Serve } from "../../peer.ts";
import { Chunks } from "./chunks.gorpc.ts";

export const serve: Serve = async (source) => {
  const server = new Server();
  server.register(Chunks, {
    async *get({ bytes }) {
      for (const body of source(bytes)) yield { body };
    },
  });
  return server.listen("tcp://127.0.0.1:0");
};
