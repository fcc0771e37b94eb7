import { callId, headerBytes, kindAndFlags, payloadLength } from "./frame.ts";

/** Takes frames as they are found; `bytes` is lent for the time of the call. */
export interface FrameSink {
  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void;
  /** A frame that claims more than was agreed. */
  oversized(kindAndFlags: number, id: number, length: number): void;
}

const empty = new Uint8Array(0);
/** A buffer larger than this is let go once nothing is held: an idle connection holds little. */
const maxKept = 16 * 1024;

/** Cuts a byte stream into frames: straight from the received chunk, copied only where a frame straddles two. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxPayload: number;
  #held: Uint8Array = empty;
  #heldLength = 0;
  #stopped = false;
  #paused = false;
  /** What of a chunk was left when reading paused. */
  #rest: Uint8Array | undefined;

  constructor(sink: FrameSink, maxPayload: number) {
    this.#sink = sink;
    this.#maxPayload = maxPayload;
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

  /** Takes what was received from `from` on. */
  push(chunk: Uint8Array, from = 0): void {
    let pos = this.#heldLength > 0 ? this.#complete(chunk, from) : from;
    while (!this.#stopped && !this.#paused && pos + headerBytes <= chunk.length) {
      const length = payloadLength(chunk, pos);
      if (length > this.#maxPayload) return this.#refuse(chunk, pos, length);
      const end = pos + headerBytes + length;
      if (end > chunk.length) break;
      this.#sink.frame(kindAndFlags(chunk, pos), callId(chunk, pos), chunk, pos + headerBytes, end);
      pos = end;
    }
    if (this.#stopped) return;
    if (pos === chunk.length) {
      if (this.#heldLength === 0 && this.#held.length > maxKept) this.#held = empty;
    } else if (this.#paused) this.#rest = chunk.subarray(pos);
    else this.#hold(chunk, pos, chunk.length);
  }

  /** Finishes the held frame with the chunk's first bytes; returns where the next one starts. */
  #complete(chunk: Uint8Array, from: number): number {
    let pos = from;
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
    this.#sink.frame(kindAndFlags(held, 0), callId(held, 0), held, headerBytes, size);
    return pos;
  }

  #take(chunk: Uint8Array, pos: number, size: number): number {
    const end = Math.min(chunk.length, pos + size - this.#heldLength);
    this.#hold(chunk, pos, end);
    return end;
  }

  #hold(chunk: Uint8Array, pos: number, end: number): void {
    const needed = this.#heldLength + end - pos;
    // Grown by what has arrived, never by what a header claims.
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#held.length, 64));
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(pos, end), this.#heldLength);
    this.#heldLength = needed;
  }

  #refuse(bytes: Uint8Array, pos: number, length: number): void {
    this.stop();
    this.#sink.oversized(kindAndFlags(bytes, pos), callId(bytes, pos), length);
  }
}
