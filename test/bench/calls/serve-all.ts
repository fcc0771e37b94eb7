import type { Handler, Serve } from "./peer.ts";

/** Servers that a balanced client spreads its calls over. */
const endpoints = 16;

/** Starts them in this process, on one core like every peer's; resolves with their addresses between commas. */
export async function serveAll(serveOne: Serve, handle: Handler): Promise<string> {
  const addresses = await Promise.all(Array.from({ length: endpoints }, () => serveOne(handle)));
  return addresses.join(",");
}
