import type { Duplex } from "node:stream";
import { now } from "../../clock.ts";
import { setImmediate } from "../../immediate.ts";
import type { FrameReader } from "./frames/frame-reader.ts";

/** What Node reads at most at once, in bytes. */
const fullChunk = 64 * 1024;
/** Frames that a connection may have handled in one turn of the event loop. */
const maxHandled = 2_000;

/** The connection that is read. */
export interface InputHost {
  /** Whether its peer takes what it is sent: else no more is read, and `resume` goes on. */
  readonly mayRead: boolean;
  /** The chunk that came last is dealt with: what still refers to it keeps it alive. */
  onChunkRead(): void;
}

/** What a server reads of a connection: nothing while its peer leaves answers unread, and at one go no more than leaves others their turn. */
export class Input {
  /** When the chunk being read arrived. */
  arrived = 0;
  readonly #stream: Duplex;
  readonly #frames: FrameReader;
  readonly #host: InputHost;
  /** Frames of this turn of the event loop. */
  #handled = 0;

  constructor(stream: Duplex, frames: FrameReader, host: InputHost) {
    this.#stream = stream;
    this.#frames = frames;
    this.#host = host;
  }

  /** @param time - now */
  push(chunk: Uint8Array, time: number): void {
    this.arrived = time;
    this.#frames.push(chunk);
    this.#host.onChunkRead();
    // A chunk that is not full was the last for now.
    if (chunk.length < fullChunk) this.#handled = 0;
  }

  /** A frame is about to be handled. */
  count(): void {
    if (++this.#handled === maxHandled) this.#yield();
  }

  pause(): void {
    this.#frames.pause();
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#host.mayRead) return;
    this.#handled = 0;
    this.arrived = now();
    // The stream first: the frames that wait may pause it again.
    this.#stream.resume();
    this.#frames.resume();
    this.#host.onChunkRead();
  }

  /** A peer that sends without end gives way to others: Node would read it some thirty chunks long before it looked at them. */
  #yield(): void {
    this.pause();
    setImmediate(() => this.resume());
  }
}
