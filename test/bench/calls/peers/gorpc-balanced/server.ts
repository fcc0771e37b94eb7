/** Sixteen servers in one process, on one core like every peer's: what differs is the balancing and the sixteen sockets. */
import type { Serve } from "../../peer.ts";
import { serve as serveOne } from "../gorpc/server.ts";

const endpoints = 16;

export const serve: Serve = async (handle) => {
  const addresses = await Promise.all(Array.from({ length: endpoints }, () => serveOne(handle)));
  return addresses.join(",");
};
