/** Sixteen servers: what differs from one is the balancing and the sixteen sockets. */
import type { Serve } from "../../peer.ts";
import { serveAll } from "../../serve-all.ts";
import { serve as serveOne } from "../gorpc/server.ts";

export const serve: Serve = (handle) => serveAll(serveOne, handle);
