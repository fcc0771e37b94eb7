import { Writer } from "../../../bytes/writer.ts";

/** Buffers larger than this are let go, in bytes. A frame of 128 KiB fits: a stream of them would else take new memory in every turn. */
const maxKept = 160 * 1024;
/** Connections that write in the same turn of the event loop are few: each is read, answers and flushes before the next is read. */
const maxSpare = 16;

const spare: Writer[] = [];

/** A writer with nothing in it. Connections share them: one that has nothing to send needs none, and there may be thousands. */
export function borrowWriter(spliceAbove: number): Writer {
  const writer = spare.pop() ?? new Writer();
  writer.spliceAbove = spliceAbove;
  return writer;
}

/** Takes back a writer whose bytes are on their way. */
export function returnWriter(writer: Writer): void {
  if (spare.length < maxSpare && writer.buffer.length <= maxKept) spare.push(writer);
}
