/** gorpc where handlers pass their deadlines on: in a process that also holds an open channel. */
import { connect } from "@gorpc/runtime";
import type { Serve } from "../../peer.ts";
import { serve as serveAlone } from "../gorpc/server.ts";

export const serve: Serve = async (handle) => {
  const address = await serveAlone(handle);
  await connect(address);
  return address;
};
