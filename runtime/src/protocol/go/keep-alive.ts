import type { Duplex } from "node:stream";
import { nodeNet } from "../../transport/node-net.ts";

/** As Go's own sockets have it, in ms. */
const idleTime = 15_000;

/** Has the system ask a silent peer for a sign of life: these protocols have none of their own. */
export function keepAlive(stream: Duplex): void {
  if (stream instanceof nodeNet().Socket) stream.setKeepAlive(true, idleTime);
}
