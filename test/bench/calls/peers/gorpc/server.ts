/** @gorpc/runtime as it comes: deadlines, limits and metadata are on. */
import { Server } from "@gorpc/runtime";
import type { Serve } from "../../peer.ts";
import { Bench } from "./echo.gorpc.ts";

export const serve: Serve = async (handle) => {
  const server = new Server();
  server.register(Bench, { echo: handle });
  return server.listen("tcp://127.0.0.1:0");
};
