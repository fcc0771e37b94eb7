import { hash } from "./random.ts";

const blockSize = 256;

/** Bytes that follow from a name, an index and a length, each 256 of them different from the others. */
export function contentOf(name: string, index: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  const seed = hash(`${name}#${index}#${size}`);
  for (let start = 0; start < size; start += blockSize) {
    // Filled by one word, marked at its end: quick, and a block that is missing, foreign or moved shows.
    let word = Math.imul(seed ^ start, 0x9e3779b1) >>> 0;
    for (let i = start; i < Math.min(start + blockSize, size); i += 4) {
      bytes[i] = word;
      word = (word + 0x9e3779b1) >>> 8;
    }
    bytes[Math.min(start + blockSize, size) - 1] = (seed >>> 24) ^ (start >>> 8);
  }
  return bytes;
}

/** What is wrong with a content; undefined where it is the one that was meant. */
export function wrongIn(content: Uint8Array, name: string, index: number, size: number): string | undefined {
  if (content.length !== size) return `${content.length} bytes instead of ${size}`;
  const meant = contentOf(name, index, size);
  if (Buffer.compare(content, meant) === 0) return undefined;
  return `another content from byte ${meant.findIndex((byte, i) => byte !== content[i])} on`;
}

/** The name of what a call answers: never the content that it was asked with. */
export function answerOf(id: string): string {
  return `${id}/answer`;
}
