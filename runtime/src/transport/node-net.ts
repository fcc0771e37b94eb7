import type * as net from "node:net";

/** node:net, loaded by the first connection, and without what an import would load besides: block lists and socket addresses. */
export function nodeNet(): typeof net {
  return process.getBuiltinModule("node:net");
}
