/** A message that was taken: where it lies, until the next is taken or added. */
export interface Taken {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly cost: number;
  /** Whether it is alone in its buffer, which is whoever's took it. */
  readonly isOwn: boolean;
}

const nothing = new Uint8Array(0);
/** Before each message: its length and its cost. */
const headBytes = 8;
/** A buffer larger than this is let go when it is empty. The small messages of a chunk that Node reads fit: it need not grow for each. */
const maxKept = 64 * 1024;
const leastRoom = 1024;
/** Beside a length: the message lies in a buffer of its own. */
const apart = 0x8000_0000;

/**
 * Messages that came and were not taken, in order. They are kept as bytes: what they hold in memory is then what they weigh,
 * however little of the wire a value takes, and messages that nobody reads are never decoded.
 */
export class Unread {
  #bytes: Uint8Array = nothing;
  #view = viewOf(nothing);
  #head = 0;
  #tail = 0;
  #cost = 0;
  #apart: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#head === this.#tail;
  }

  /** What all of them cost. */
  get cost(): number {
    return this.#cost;
  }

  /** @param isOwn - whether the message is alone in its buffer, which nobody else will write to: it is then kept as it is */
  add(bytes: Uint8Array, start: number, end: number, cost: number, isOwn = false): void {
    const length = end - start;
    const size = isOwn ? headBytes : headBytes + length;
    if (this.#tail + size > this.#bytes.length) this.#makeRoom(size);
    this.#view.setUint32(this.#tail, isOwn ? (length | apart) >>> 0 : length);
    this.#view.setUint32(this.#tail + 4, cost);
    if (isOwn) this.#apart.push(bytes.subarray(start, end));
    else this.#bytes.set(bytes.subarray(start, end), this.#tail + headBytes);
    this.#tail += size;
    this.#cost += cost;
  }

  /** Takes the first; there must be one. */
  take(): Taken {
    const length = this.#view.getUint32(this.#head);
    const cost = this.#view.getUint32(this.#head + 4);
    const isOwn = length >= apart;
    const start = this.#head + headBytes;
    const bytes = isOwn ? this.#apart.shift()! : this.#bytes;
    this.#head = isOwn ? start : start + length;
    this.#cost -= cost;
    if (this.isEmpty) this.#rewind();
    return isOwn
      ? { bytes, start: 0, end: bytes.length, cost, isOwn }
      : { bytes, start, end: start + length, cost, isOwn };
  }

  clear(): void {
    this.#cost = 0;
    this.#head = this.#tail;
    this.#apart = [];
    this.#rewind();
  }

  #rewind(): void {
    this.#head = this.#tail = 0;
    if (this.#bytes.length > maxKept) this.#use(nothing);
  }

  /** Moves what is there to the front, into a larger buffer where it would still not do. */
  #makeRoom(size: number): void {
    const held = this.#tail - this.#head;
    const old = this.#bytes;
    // Half of it must be free: else each message would move all others.
    const fits = 2 * (held + size) <= old.length;
    let capacity = Math.max(2 * old.length, leastRoom);
    while (capacity < held + size) capacity *= 2;
    const room = fits ? old : new Uint8Array(capacity);
    room.set(old.subarray(this.#head, this.#tail));
    this.#use(room);
    this.#head = 0;
    this.#tail = held;
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
