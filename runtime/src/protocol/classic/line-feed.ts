const lineFeed = 0x0a;

/** Drops the one line feed that may follow a JSON text, whenever it comes; no call begins with one. */
export class LineFeed {
  #passed = false;

  /** What of a chunk is not it. */
  strip(chunk: Uint8Array): Uint8Array {
    if (this.#passed || chunk.length === 0) return chunk;
    this.#passed = true;
    return chunk[0] === lineFeed ? chunk.subarray(1) : chunk;
  }
}
