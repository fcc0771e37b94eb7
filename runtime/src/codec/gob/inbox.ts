import { DecodeError } from "../../errors.ts";

/** Above this an emptied buffer is not kept for what comes next. */
const keptBytes = 64 * 1024;
const empty = new Uint8Array(0);

/** A message in the buffer: what lies between its length and the next message. */
export interface Extent {
  readonly from: number;
  readonly end: number;
}

/**
 * The message that begins at an offset; undefined where it is not there as a whole.
 * @throws DecodeError where it is longer than `maxBytes`
 */
export function messageAt(
  data: Uint8Array,
  at: number,
  filled: number,
  maxBytes: number,
): Extent | undefined {
  if (at >= filled) return undefined;
  const first = data[at]!;
  const size = first < 0x80 ? 0 : 0x100 - first;
  if (size > 8) throw new DecodeError(`a message's length takes ${size} bytes, and 8 are the most`);
  const from = at + 1 + size;
  if (from > filled) return undefined;
  let length = size === 0 ? first : 0;
  for (let index = at + 1; index < from; index++) length = length * 0x100 + data[index]!;
  if (length > maxBytes) {
    throw new DecodeError(
      `a message of ${length} bytes is longer than the limit of ${maxBytes} (option maxMessageBytes)`,
    );
  }
  if (length === 0) throw new DecodeError("a message is empty");
  return from + length <= filled ? { from, end: from + length } : undefined;
}

/** Bytes received and not yet used. It grows by what arrives, never by what a length claims. */
export class Inbox {
  /** Where the first byte lies that is not used yet. */
  start = 0;
  private data: Uint8Array = empty;
  private filled = 0;

  get bytes(): Uint8Array {
    return this.data;
  }

  get length(): number {
    return this.filled - this.start;
  }

  /** Copies a chunk in. What is not used yet may move to another place: offsets count from {@link start}. */
  push(chunk: Uint8Array): void {
    if (this.filled + chunk.length > this.data.length) this.makeRoom(chunk.length);
    this.data.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  /** Gives up everything before an offset. */
  consume(to: number): void {
    this.start = to;
    if (to !== this.filled) return;
    this.start = 0;
    this.filled = 0;
    if (this.data.length > keptBytes) this.data = empty;
  }

  /** As {@link messageAt}, of what has been received. */
  message(at: number, maxBytes: number): Extent | undefined {
    return messageAt(this.data, at, this.filled, maxBytes);
  }

  private makeRoom(count: number): void {
    const { start, filled } = this;
    const needed = this.length + count;
    const target = needed > this.data.length / 2 ? new Uint8Array(Math.max(2 * needed, 1024)) : this.data;
    target.set(this.data.subarray(start, filled));
    this.data = target;
    this.start = 0;
    this.filled = filled - start;
  }
}
