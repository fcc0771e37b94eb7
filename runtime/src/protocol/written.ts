import type { Writer } from "../bytes/writer.ts";

/** A buffer larger than this is handed over as it is; a smaller one is copied out and kept. */
const maxKept = 64 * 1024;

/** Takes everything that is written, for a stream. */
export function takeWritten(writer: Writer): Uint8Array {
  if (writer.buffer.length > maxKept) return writer.take();
  const bytes = Buffer.allocUnsafe(writer.pos);
  bytes.set(writer.buffer.subarray(0, writer.pos));
  writer.truncate(0);
  return bytes;
}

/** Takes back what was written from an offset on, and what the buffer grew to for it. */
export function takeBack(writer: Writer, start: number): void {
  writer.truncate(start);
  if (start === 0 && writer.buffer.length > maxKept) writer.take();
}
