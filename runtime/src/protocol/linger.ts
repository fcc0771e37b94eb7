import type { Duplex } from "node:stream";
import { lingerTime } from "../limits.ts";

/**
 * Ends a connection behind its last words: closed with requests unread, a socket would be reset and the words lost.
 * @param words - what the peer gets to read; nothing where its protocol has no words for it
 */
export function endWith(stream: Duplex, words: string): void {
  stream.on("error", () => {});
  stream.end(words);
  stream.resume();
  const linger = setTimeout(() => stream.destroy(), lingerTime);
  stream.once("close", () => clearTimeout(linger));
}
