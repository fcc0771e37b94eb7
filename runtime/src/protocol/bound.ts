import { type Bound, noBound } from "./server-call.ts";

/** A longer timeout on the wire counts as none: no timer could be set to it. */
const longestTimeout = 0x7fff_ffff;

/**
 * The least of what bounds a call on the server, all in ms.
 * @param remaining - the caller's remaining time from the wire; 0 for none
 * @param method - the method's `@timeout`
 * @param asked - the handle timeout of the client's Option; 0 for none
 * @param server - the server's own; Infinity for none
 */
export function boundOf(remaining: number, method: number | undefined, asked: number, server: number): Bound {
  let { ms, name } = noBound;
  if (remaining > 0 && remaining <= longestTimeout) {
    ms = remaining;
    name = "the caller's timeout";
  }
  if (method !== undefined && method < ms) {
    ms = method;
    name = "the method's @timeout";
  }
  if (asked > 0 && asked < ms) {
    ms = asked;
    name = "the handle timeout that the client asked for";
  }
  if (server < ms) {
    ms = server;
    name = "the server's handleTimeout";
  }
  // Most calls in flight have the same, and share it.
  if (last.ms !== ms || last.name !== name) last = { ms, name };
  return last;
}

let last: Bound = noBound;
