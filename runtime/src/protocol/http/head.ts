/** Bytes of a request's or an answer's head: nobody who speaks to this port has a reason to send more. */
export const maxHeadBytes = 8 * 1024;

/** A head that is whole. */
export interface Head {
  readonly lines: readonly string[];
  /** What follows it. */
  readonly rest: Uint8Array;
}

/**
 * Gathers the head of an HTTP message, up to its blank line. Lines may end with a line feed alone, as Go's clients of net/rpc write them,
 * which Node's own parser refuses.
 */
export class HeadReader {
  #bytes = Buffer.alloc(0);

  /** Takes a chunk. */
  push(chunk: Uint8Array): Head | "more" | "tooLarge" {
    const before = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, maxHeadBytes + 1)]);
    const end = endOfHead(this.#bytes, Math.max(0, before - 2));
    if (end > maxHeadBytes || (end < 0 && this.#bytes.length > maxHeadBytes)) return "tooLarge";
    if (end < 0) return "more";
    return {
      lines: this.#bytes.toString("latin1", 0, end).split(/\r?\n/),
      rest: chunk.subarray(end - before),
    };
  }
}

/** Behind the blank line; -1 where there is none. */
function endOfHead(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0x0a, from); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] === 0x0a) return at + 2;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return at + 3;
  }
  return -1;
}
