import { callId, headerBytes, kindAndFlags, kindName, payloadLength } from "./frame.ts";

/** Takes frames as they are found. */
export interface FrameSink {
  /**
   * @param bytes - lent for the time of the call
   * @throws Error where the frame is broken: what a call does wrong is the call's alone
   */
  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void;
  /** The peer breaks the protocol, with a frame that is broken or claims more than was agreed: none follows. */
  onViolation(reason: string): void;
}

const empty = new Uint8Array(0);
/** A larger frame that straddles chunks gets a buffer of its own: an idle connection holds little. */
const maxKept = 16 * 1024;
/** What a header claims is believed where so large a part of it is there: memory stays in proportion to what a peer has sent. */
const trusted = 16;

/** Cuts a byte stream into frames: straight from the received chunk, copied only where a frame straddles two. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxPayload: number;
  #held: Uint8Array = empty;
  #heldLength = 0;
  #isOwn = false;
  #stopped = false;
  #paused = false;
  /** What of a chunk was left when reading paused. */
  #rest: Uint8Array | undefined;

  constructor(sink: FrameSink, maxPayload: number) {
    this.#sink = sink;
    this.#maxPayload = maxPayload;
  }

  /** Whether the frame being delivered is alone in its buffer, which nobody else will write to: the sink may keep it. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** Takes no more: what the stream still brings is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#held = empty;
    this.#heldLength = 0;
    this.#rest = undefined;
  }

  /** Gives back what it keeps for frames to come. */
  trim(): void {
    if (this.#heldLength === 0) this.#held = empty;
  }

  /** Delivers no frame until {@link resume}, not even from the chunk being read; the stream must be paused too. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.push(rest);
  }

  /** Takes what was received. */
  push({ buffer, byteOffset, length: size }: Uint8Array): void {
    // Not as Node's Buffer, of which a part costs three times as much.
    const chunk = new Uint8Array(buffer, byteOffset, size);
    let pos = this.#heldLength > 0 ? this.#complete(chunk) : 0;
    while (!this.#stopped && !this.#paused && pos + headerBytes <= chunk.length) {
      const length = payloadLength(chunk, pos);
      if (length > this.#maxPayload) return this.#refuse(chunk, pos, length);
      const end = pos + headerBytes + length;
      if (end > chunk.length) break;
      this.#deliver(chunk, pos, end);
      pos = end;
    }
    if (this.#stopped) return;
    if (pos === chunk.length) return;
    if (this.#paused) this.#rest = chunk.subarray(pos);
    else this.#hold(chunk, pos, chunk.length);
  }

  /** Finishes the held frame with the chunk's first bytes; returns where the next one starts. */
  #complete(chunk: Uint8Array): number {
    let pos = 0;
    if (this.#heldLength < headerBytes) {
      pos = this.#take(chunk, pos, headerBytes);
      if (this.#heldLength < headerBytes) return pos;
    }
    const length = payloadLength(this.#held, 0);
    if (length > this.#maxPayload) {
      this.#refuse(this.#held, 0, length);
      return chunk.length;
    }
    const size = headerBytes + length;
    pos = this.#take(chunk, pos, size);
    if (this.#heldLength < size) return pos;
    const held = this.#held;
    this.#heldLength = 0;
    if (held.length > maxKept) {
      this.#held = empty;
      this.#isOwn = true;
    }
    this.#deliver(held, 0, size);
    this.#isOwn = false;
    return pos;
  }

  #deliver(bytes: Uint8Array, pos: number, end: number): void {
    try {
      this.#sink.frame(kindAndFlags(bytes, pos), callId(bytes, pos), bytes, pos + headerBytes, end);
    } catch (error) {
      this.#break(bytes, pos, `frame: ${(error as Error).message}`);
    }
  }

  #take(chunk: Uint8Array, pos: number, size: number): number {
    const end = Math.min(chunk.length, pos + size - this.#heldLength);
    this.#hold(chunk, pos, end);
    return end;
  }

  #hold(chunk: Uint8Array, pos: number, end: number): void {
    const needed = this.#heldLength + end - pos;
    if (needed > this.#held.length) this.#grow(needed, chunk, pos);
    this.#held.set(chunk.subarray(pos, end), this.#heldLength);
    this.#heldLength = needed;
  }

  /** By what has arrived; to what the header claims where much of that is there. */
  #grow(needed: number, chunk: Uint8Array, pos: number): void {
    const size = needed <= headerBytes ? 0 : headerBytes + this.#claimed(chunk, pos);
    const isTrusted = size > maxKept && size <= trusted * needed;
    const grown = isTrusted
      ? new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
      : new Uint8Array(Math.max(needed, 2 * this.#held.length, 64));
    grown.set(this.#held.subarray(0, this.#heldLength));
    this.#held = grown;
  }

  #claimed(chunk: Uint8Array, pos: number): number {
    return this.#heldLength === 0 ? payloadLength(chunk, pos) : payloadLength(this.#held, 0);
  }

  #refuse(bytes: Uint8Array, pos: number, length: number): void {
    const limit = this.#maxPayload;
    this.#break(
      bytes,
      pos,
      `frame of ${length} bytes is larger than the ${limit} agreed (option maxFrameBytes)`,
    );
  }

  #break(bytes: Uint8Array, pos: number, what: string): void {
    this.stop();
    this.#sink.onViolation(`${kindName(kindAndFlags(bytes, pos) & 0x0f)} ${what}`);
  }
}
