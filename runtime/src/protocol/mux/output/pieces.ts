import type { Writer } from "../../../bytes/writer.ts";
import { headerBytes } from "../frames/frame.ts";

/** A message larger than this keeps the buffer that it was written in: copying it would hold others up. */
const maxCopied = 256 * 1024;

const nothing = new Uint8Array(0);

/** Takes the frame that was written last out of its buffer; returns its payload in pieces, each but the last of the same length. */
export function cutOut(writer: Writer, start: number, pieceBytes: number): Uint8Array[] {
  const from = start + headerBytes;
  if (writer.isSpliced || writer.pos - from <= maxCopied) {
    const pieces = copyOut(writer.parts(from), pieceBytes);
    writer.truncate(start);
    return pieces;
  }
  const all = writer.take();
  writer.raw(all.subarray(0, start));
  const pieces: Uint8Array[] = [];
  for (let at = from; at < all.length; at += pieceBytes) pieces.push(all.subarray(at, at + pieceBytes));
  return pieces;
}

/**
 * Copies what lies in parts, into memory a piece at a time: a process has that much at hand, where for the whole the system would
 * have to find fresh memory page by page, which takes several times as long as the copying.
 */
function copyOut(parts: readonly Uint8Array[], pieceBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let left = parts.reduce((size, part) => size + part.length, 0);
  let piece: Uint8Array = nothing;
  let used = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      if (used === piece.length) {
        piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, left));
        pieces.push(piece);
        used = 0;
      }
      const size = Math.min(piece.length - used, part.length - at);
      piece.set(part.subarray(at, at + size), used);
      at += size;
      used += size;
      left -= size;
    }
  }
  return pieces;
}
