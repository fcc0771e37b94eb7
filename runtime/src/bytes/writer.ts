import { EncodeError } from "../errors.ts";
import { isFloat32, isInt32, isInt64, isUint32, isUint64 } from "./ranges.ts";
import { refuse } from "./refuse.ts";
import { isDuration, type SecondsAndNanos, splitDuration, splitTimestamp } from "./time.ts";
import { unknownFieldsOf } from "./unknown-fields.ts";
import { maxUnitBytes, shortText, writeShortUtf8, writeUtf8 } from "./utf8.ts";
import { highOfLastBigint, highOfNumber, lowOfBigint, lowOfNumber, varintSize } from "./varint.ts";
import { maxDepth } from "./wire.ts";

/** How a {@link Writer} starts out. */
export interface WriterOptions {
  /** Bytes to begin with; it grows as needed. */
  readonly capacity?: number;
}

/** Bytes that belong at an offset of a writer's buffer and are not in it. */
interface Splice {
  at: number;
  readonly bytes: Uint8Array;
}

/** A message is larger than {@link Writer.begin} allowed. */
export class MessageTooLargeError extends EncodeError {}

/** Every value that is not text, bytes or a list fits here. */
const room = 16;
const maxShortBytes = maxUnitBytes * shortText;
/** Above this many UTF-16 units it pays to count a string's bytes, rather than make room for the most. */
const countedText = 4096;
const defaultCapacity = 1024;

/**
 * Appends values in protobuf's binary format to one growing buffer. Nested parts are written in place: their
 * length is put before them when they close.
 *
 * Values are checked as they are written: one that is not of its type throws an `EncodeError` with the
 * reason. After a throw, {@link truncate} makes the writer as good as before.
 *
 * A method by the name of a scalar writes one, without its tag: of 64 bits from bigints, `int` from a number, `duration` from ms.
 */
export class Writer {
  /** Where the next byte goes. */
  pos = 0;
  /** Whether {@link close} appends the unknown fields that a decoded value carries. */
  keepUnknown = false;
  /** `bytes` longer than this are not copied: they are spliced in when the message is taken by {@link parts}. */
  spliceAbove = Infinity;
  private data: Uint8Array;
  private view: DataView;
  /** From here on a value must first ask for room: near the buffer's end, or past the message's limit. */
  private edge: number;
  private limit = Infinity;
  private start = 0;
  private depth = 0;
  private readonly starts = new Array<number>(maxDepth).fill(0);
  private readonly splices: Splice[] = [];
  /** Bytes of the message that are spliced in. */
  private spliced = 0;

  constructor(options: WriterOptions = {}) {
    this.data = new Uint8Array(Math.max(options.capacity ?? defaultCapacity, 4 * room));
    this.view = new DataView(this.data.buffer);
    this.edge = this.data.length - room;
  }

  /** The whole buffer; what is written lies before {@link pos}. Another one after the writer has grown. */
  get buffer(): Uint8Array {
    return this.data;
  }

  /**
   * Starts a message here, of at most `maxBytes`.
   * @returns its offset, for {@link truncate}
   */
  begin(maxBytes = Infinity): number {
    this.start = this.pos;
    this.depth = 0;
    this.spliced = 0;
    this.limit = this.pos + maxBytes;
    this.edge = Math.min(this.data.length - room, this.limit);
    return this.pos;
  }

  /**
   * Ends the message.
   * @returns its length in bytes
   * @throws MessageTooLargeError where that is more than {@link begin} allowed
   */
  end(): number {
    if (this.pos > this.limit) this.tooLarge();
    const length = this.pos - this.start + this.spliced;
    this.begin();
    return length;
  }

  /** Forgets what was written from an offset on, open parts and limits included. */
  truncate(pos: number): void {
    this.pos = pos;
    this.splices.length = 0;
    this.begin();
  }

  /** Whether some of what was written is not in {@link buffer}: {@link parts} has it all. */
  get isSpliced(): boolean {
    return this.splices.length > 0;
  }

  /** What was written from an offset on, in order: views of the buffer, and between them the `bytes` that were not copied. */
  parts(from: number): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let pos = from;
    for (const { at, bytes } of this.splices) {
      parts.push(this.data.subarray(pos, at), bytes);
      pos = at;
    }
    parts.push(this.data.subarray(pos, this.pos));
    return parts;
  }

  /** Makes sure that `count` bytes can be put into {@link buffer} by hand. */
  reserve(count: number): this {
    if (this.pos + count > this.edge) this.grow(count, count);
    return this;
  }

  /** The bytes written, as a view that the writer no longer touches: it goes on in a new buffer. */
  take(): Uint8Array {
    const taken = this.data.subarray(0, this.pos);
    this.pos = 0;
    this.renew(defaultCapacity);
    this.begin();
    return taken;
  }

  /** One byte; the caller knows that it is one. */
  byte(value: number): this {
    if (this.pos > this.edge) this.grow(1, room);
    this.data[this.pos++] = value;
    return this;
  }

  uint32(value: number): this {
    if (!isUint32(value)) refuse(value, "a uint32, an integer from 0 to 4294967295");
    return this.varint(value);
  }

  int32(value: number): this {
    if (!isInt32(value)) refuse(value, "an int32, an integer from -2147483648 to 2147483647");
    return value >= 0 ? this.varint(value) : this.varint64(value, -1);
  }

  sint32(value: number): this {
    if (!isInt32(value)) refuse(value, "a sint32, an integer from -2147483648 to 2147483647");
    return this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  fixed32(value: number): this {
    if (!isUint32(value)) refuse(value, "a fixed32, an integer from 0 to 4294967295");
    return this.word(value);
  }

  sfixed32(value: number): this {
    if (!isInt32(value)) refuse(value, "an sfixed32, an integer from -2147483648 to 2147483647");
    return this.word(value);
  }

  int(value: number): this {
    if (isUint32(value)) return this.varint(value);
    if (!Number.isSafeInteger(value)) refuse(value, "an int, an integer from -(2^53 - 1) to 2^53 - 1");
    return this.varint64(lowOfNumber(value), highOfNumber(value));
  }

  int64(value: bigint): this {
    if (!isInt64(value)) refuse(value, "an int64, a bigint from -(2^63) to 2^63 - 1");
    return this.varint64(lowOfBigint(value), highOfLastBigint());
  }

  uint64(value: bigint): this {
    if (!isUint64(value)) refuse(value, "a uint64, a bigint from 0 to 2^64 - 1");
    return this.varint64(lowOfBigint(value), highOfLastBigint());
  }

  sint64(value: bigint): this {
    if (!isInt64(value)) refuse(value, "a sint64, a bigint from -(2^63) to 2^63 - 1");
    const low = lowOfBigint(value);
    const high = highOfLastBigint();
    const sign = high >> 31;
    return this.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }

  fixed64(value: bigint): this {
    if (!isUint64(value)) refuse(value, "a fixed64, a bigint from 0 to 2^64 - 1");
    return this.word(lowOfBigint(value)).word(highOfLastBigint());
  }

  sfixed64(value: bigint): this {
    if (!isInt64(value)) refuse(value, "an sfixed64, a bigint from -(2^63) to 2^63 - 1");
    return this.word(lowOfBigint(value)).word(highOfLastBigint());
  }

  float32(value: number): this {
    if (!isFloat32(value)) refuse(value, "a float32, a number up to about 3.4e38");
    if (this.pos > this.edge) this.grow(4, room);
    this.view.setFloat32(this.pos, value, true);
    this.pos += 4;
    return this;
  }

  float64(value: number): this {
    if (typeof value !== "number") refuse(value, "a float64, a number");
    if (this.pos > this.edge) this.grow(8, room);
    this.view.setFloat64(this.pos, value, true);
    this.pos += 8;
    return this;
  }

  bool(value: boolean): this {
    if (typeof value !== "boolean") refuse(value, "a bool");
    return this.byte(value ? 1 : 0);
  }

  /** A string, its length before it. Half of a surrogate pair is refused, since UTF-8 has no form for it. */
  string(value: string): this {
    if (typeof value !== "string") refuse(value, "a string");
    const units = value.length;
    if (units > shortText) return this.longString(value);
    if (this.pos > this.edge - maxShortBytes) this.grow(units, maxShortBytes);
    const start = this.pos + 1;
    const end = writeShortUtf8(this.data, start, value);
    this.data[start - 1] = end - start;
    this.pos = end;
    return this;
  }

  /** A string as UTF-8, without its length. */
  text(value: string): this {
    this.reserveText(value, 0);
    this.pos = writeUtf8(this.data, this.pos, value);
    return this;
  }

  /** Bytes, their length before them. */
  bytes(value: Uint8Array): this {
    if (!(value instanceof Uint8Array)) refuse(value, "bytes, a Uint8Array");
    this.varint(value.length);
    return value.length > this.spliceAbove ? this.splice(value) : this.raw(value);
  }

  /** A `Date` as `google.protobuf.Timestamp`, its length before it. */
  timestamp(value: Date): this {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) refuse(value, "a timestamp, a valid Date");
    return this.secondsAndNanos(splitTimestamp(value.getTime()));
  }

  /** Milliseconds as `google.protobuf.Duration`, to the nearest ns, its length before it. */
  duration(value: number): this {
    if (typeof value !== "number" || !isDuration(value))
      refuse(value, "a duration, a number of ms up to 10,000 years");
    return this.secondsAndNanos(splitDuration(value));
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): this {
    if (!(value instanceof Uint8Array)) refuse(value, "bytes, a Uint8Array");
    if (this.pos + value.length > this.edge) this.grow(value.length, value.length);
    this.data.set(value, this.pos);
    this.pos += value.length;
    return this;
  }

  /**
   * Starts a nested part: a message, a list, an entry of a map.
   * @throws EncodeError where parts lie deeper than 100 levels in each other
   */
  open(): this {
    if (this.depth === maxDepth)
      throw new EncodeError(`the value nests deeper than ${maxDepth} levels, or in a circle`);
    this.byte(0);
    this.starts[this.depth++] = this.pos;
    return this;
  }

  /**
   * Ends the part opened last and puts its length before it.
   * @param value - the message just written, whose unknown fields follow if it carries any
   */
  close(value?: unknown): this {
    if (this.keepUnknown) this.unknownOf(value);
    this.putLength(this.starts[--this.depth]!, 1);
    return this;
  }

  /** Appends the unknown fields that a decoded value carries. */
  unknownOf(value: unknown): void {
    const kept = unknownFieldsOf(value);
    if (kept !== undefined) this.raw(kept);
  }

  private splice(bytes: Uint8Array): this {
    if (this.pos + bytes.length > this.limit) this.tooLarge();
    this.splices.push({ at: this.pos, bytes });
    this.spliced += bytes.length;
    this.limit -= bytes.length;
    this.edge = Math.min(this.edge, this.limit);
    return this;
  }

  private longString(value: string): this {
    // The length's own width is guessed: right for ASCII, and for most of the rest.
    const head = varintSize(value.length);
    this.reserveText(value, head);
    const start = this.pos + head;
    this.pos = writeUtf8(this.data, start, value);
    this.putLength(start, head);
    return this;
  }

  private reserveText(value: string, head: number): void {
    const units = value.length;
    const most = head + (units > countedText ? Buffer.byteLength(value) : maxUnitBytes * units);
    if (this.pos > this.edge - most) this.grow(units, most);
  }

  /** Puts the length of what was written since `start` into the `head` bytes before it, or into more. */
  private putLength(start: number, head: number): void {
    const length = this.pos - start + (this.spliced > 0 ? this.splicedSince(start) : 0);
    if (length < 0x80 && head === 1) {
      this.data[start - 1] = length;
      return;
    }
    const size = varintSize(length);
    if (size !== head) {
      if (this.pos > this.edge) this.grow(1, room);
      this.data.copyWithin(start - head + size, start, this.pos);
      this.pos += size - head;
      for (const splice of this.splices) if (splice.at >= start) splice.at += size - head;
    }
    let rest = length;
    let at = start - head;
    for (; rest >= 0x80; rest >>>= 7) this.data[at++] = rest | 0x80;
    this.data[at] = rest;
  }

  private splicedSince(start: number): number {
    let length = 0;
    for (const { at, bytes } of this.splices) if (at >= start) length += bytes.length;
    return length;
  }

  private varint(value: number): this {
    if (this.pos > this.edge) this.grow(1, room);
    const data = this.data;
    let pos = this.pos;
    while (value >= 0x80) {
      data[pos++] = value | 0x80;
      value >>>= 7;
    }
    data[pos++] = value;
    this.pos = pos;
    return this;
  }

  private varint64(low: number, high: number): this {
    if (this.pos > this.edge) this.grow(1, room);
    const data = this.data;
    let pos = this.pos;
    while (high !== 0) {
      data[pos++] = low | 0x80;
      low = (low >>> 7) | (high << 25);
      high >>>= 7;
    }
    this.pos = pos;
    return this.varint(low >>> 0);
  }

  private word(value: number): this {
    if (this.pos > this.edge) this.grow(4, room);
    this.view.setInt32(this.pos, value, true);
    this.pos += 4;
    return this;
  }

  private secondsAndNanos({ seconds, nanos }: SecondsAndNanos): this {
    const start = this.byte(0).pos;
    if (seconds !== 0) this.byte(8).varint64(lowOfNumber(seconds), highOfNumber(seconds));
    if (nanos !== 0) this.byte(16).int32(nanos);
    this.data[start - 1] = this.pos - start;
    return this;
  }

  /**
   * Makes room.
   * @param least - bytes that the value surely takes
   * @param most - bytes that it may take
   */
  private grow(least: number, most: number): void {
    if (this.pos + least > this.limit) this.tooLarge();
    const capacity = this.data.length - room;
    if (this.pos + most > capacity) this.renew(Math.max(2 * this.data.length, this.pos + most + 2 * room));
    this.edge = Math.min(this.data.length - room, this.limit);
  }

  private renew(capacity: number): void {
    const { data, pos } = this;
    this.data = new Uint8Array(capacity);
    this.data.set(data.subarray(0, pos));
    this.view = new DataView(this.data.buffer);
  }

  private tooLarge(): never {
    throw new MessageTooLargeError(
      `the message is larger than the limit of ${this.limit + this.spliced - this.start} bytes`,
    );
  }
}
