import { connectionCount } from "./output/turn-end.ts";

/**
 * A client that writes all requests of a turn at once waits while the server runs them, and the server while the client takes the
 * answers. In about three parts, both work at the same time: over one write, that made 1.5 to 2 times the calls a second at 64 in
 * flight, each side on a core of its own. With two parts it was less, four gave no more.
 */
const batches = 3;
/** Requests, below which a further write costs more than it brings; for each connection, since their servers have work from others. */
const smallestBatch = 16;

/**
 * Whether the requests that wait to be written should leave before the turn ends.
 * @param waiting - how many those are
 * @param inFlight - calls of the connection, those included
 */
export function isBatch(waiting: number, inFlight: number): boolean {
  if (waiting < smallestBatch || waiting < inFlight / batches) return false;
  return waiting >= smallestBatch * connectionCount();
}
