import type { serve } from "./serving.ts";

type Serve = typeof serve;

/** What servers take connections with, once it has loaded: no server waits for it from then on. */
export let loaded: Serve | undefined;

/** Gives it to all servers. Where a test's clock stands still, none may wait for a load. */
export function serveWith(serving: Serve): Serve {
  loaded = serving;
  return serving;
}
