import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Bytes of a chunk: a frame of 64 KiB carries one. */
const chunkSize = 60 * 1024;

/** A file's content, read from the disk as it is asked for. */
export function chunksOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: chunkSize });
}

/** The checksum of a file, and its size. */
export async function summary(path: string): Promise<{ readonly size: bigint; readonly sha256: Uint8Array }> {
  const sum = new Sum();
  for await (const chunk of chunksOf(path)) sum.add(chunk);
  return sum.finish();
}

/** Adds up content that passes by. */
export class Sum {
  readonly #hash: Hash = createHash("sha256");
  size = 0n;

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.size += BigInt(chunk.length);
  }

  finish(): { readonly size: bigint; readonly sha256: Uint8Array } {
    return { size: this.size, sha256: this.#hash.digest() };
  }
}

export function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
