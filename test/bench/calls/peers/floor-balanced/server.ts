/** As many floors in one process as `gorpc-balanced` has servers. */
import type { Serve } from "../../peer.ts";
import { serve as serveOne } from "../floor/server.ts";
import { serveAll } from "../../serve-all.ts";

export const serve: Serve = (handle) => serveAll(serveOne, handle);
