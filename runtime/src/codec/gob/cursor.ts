import { maxDepth } from "../../bytes/wire.ts";
import { readUtf8 } from "../../bytes/utf8.ts";
import { numberOfHalves, signedOfHalves, unsignedOfHalves } from "../../bytes/varint.ts";
import { DecodeError } from "../../errors.ts";

const scratch = new DataView(new ArrayBuffer(8));

/**
 * Reads what gob values are made of between two offsets of a buffer. Every read is checked against the end; what it
 * returns shares nothing with the buffer.
 */
export class Cursor {
  /** Where the next byte is read. */
  pos: number;
  /** Where what may be read ends. */
  end: number;
  private data: Uint8Array;
  /** The number read last, in halves. */
  private low = 0;
  private high = 0;
  private depth = 0;

  constructor(data: Uint8Array, pos: number, end: number) {
    this.data = data;
    this.pos = pos;
    this.end = end;
  }

  /** Goes on in another buffer, or further in this one. */
  move(data: Uint8Array, pos: number, end: number): void {
    this.data = data;
    this.pos = pos;
    this.end = end;
  }

  /** An unsigned integer; above 2^53 rounded to what a number holds. */
  uint(): number {
    const byte = this.data[this.pos]!;
    if (byte < 0x80 && this.pos < this.end) {
      this.pos++;
      return byte;
    }
    this.halves();
    return (this.high >>> 0) * 0x1_0000_0000 + (this.low >>> 0);
  }

  /** A signed integer; beyond 2^53 rounded to what a number holds. */
  int(): number {
    const byte = this.data[this.pos]!;
    if (byte < 0x80 && this.pos < this.end) {
      this.pos++;
      return (byte >>> 1) ^ -(byte & 1);
    }
    this.signed();
    return numberOfHalves(this.low, this.high);
  }

  bigUint(): bigint {
    this.halves();
    return unsignedOfHalves(this.low, this.high);
  }

  bigInt(): bigint {
    this.signed();
    return signedOfHalves(this.low, this.high);
  }

  float(): number {
    this.halves();
    scratch.setInt32(0, this.low, true);
    scratch.setInt32(4, this.high, true);
    return scratch.getFloat64(0);
  }

  bool(): boolean {
    this.halves();
    return (this.low | this.high) !== 0;
  }

  /** @throws DecodeError where it is not UTF-8 */
  string(): string {
    const end = this.extent();
    const text = readUtf8(this.data, this.pos, end);
    this.pos = end;
    return text;
  }

  /** A copy. */
  bytes(): Uint8Array {
    const end = this.extent();
    const copy = new Uint8Array(end - this.pos);
    copy.set(this.data.subarray(this.pos, end));
    this.pos = end;
    return copy;
  }

  /** Passes over a string or bytes. */
  skipBytes(): void {
    this.pos = this.extent();
  }

  /**
   * How many elements come next.
   * @param least - the bytes that an element takes at least, so that no count claims more than can be there
   */
  count(least: number): number {
    const count = this.uint();
    const left = this.end - this.pos;
    if (count * least > left)
      throw new DecodeError(`${count} elements are claimed, and ${left} bytes are left of the value`);
    return count;
  }

  /** What has no fields around it has a zero before it. */
  singleton(): void {
    if (this.uint() !== 0) throw new DecodeError("a value that is no struct does not begin with 0");
  }

  /**
   * Goes into a part of a value.
   * @throws DecodeError where parts lie deeper than 100 levels in each other
   */
  enter(): void {
    if (++this.depth > maxDepth) throw new DecodeError(`the value nests deeper than ${maxDepth} levels`);
  }

  /** Comes back out of it. */
  leave(): void {
    this.depth--;
  }

  /** The end of what a length that comes next announces. */
  extent(): number {
    const length = this.uint();
    if (length > this.end - this.pos) throw truncated();
    return this.pos + length;
  }

  private signed(): void {
    this.halves();
    const { low, high } = this;
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  private halves(): void {
    const { data, pos } = this;
    if (pos >= this.end) throw truncated();
    const first = data[pos]!;
    this.high = 0;
    this.low = first;
    this.pos = pos + 1;
    if (first < 0x80) return;
    const count = 0x100 - first;
    if (count > 8) throw new DecodeError(`a number of ${count} bytes, and 8 are the most`);
    if (count >= this.end - pos) throw truncated();
    let low = 0;
    let high = 0;
    for (let at = pos + 1; at <= pos + count; at++) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | data[at]!;
    }
    this.low = low;
    this.high = high;
    this.pos = pos + 1 + count;
  }
}

/** What should be there is not. */
export function truncated(): DecodeError {
  return new DecodeError("the value ends in the middle");
}
