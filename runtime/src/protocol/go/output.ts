import type { Duplex } from "node:stream";
import { Writer } from "../../bytes/writer.ts";
import { detach } from "../../propagation.ts";
import { takeBack, takeWritten } from "../written.ts";

/** What goes out on a connection of Go's wires: all of one turn of the event loop leaves in one write. */
export class GoOutput {
  readonly writer = new Writer();
  /** Counts writes to the stream: what was written when it had another value is on its way. */
  epoch = 0;
  readonly #stream: Duplex;
  readonly #maxUnsent: number;
  readonly #onRoom: () => void;
  #scheduled = false;
  #choked = false;
  #onEnded: (() => void) | undefined;

  /**
   * @param maxUnsent - in bytes, at which the peer must take something first
   * @param onRoom - less is unsent again, after {@link isFull} was true
   */
  constructor(stream: Duplex, maxUnsent: number, onRoom: () => void) {
    this.#stream = stream;
    this.#maxUnsent = maxUnsent;
    this.#onRoom = onRoom;
  }

  /** Whether more is unsent than the limit. */
  get isFull(): boolean {
    if (!this.#isOver) return false;
    this.#choked = true;
    return true;
  }

  get #isOver(): boolean {
    return this.writer.pos + this.#stream.writableLength > this.#maxUnsent;
  }

  /** Takes back what was written from an offset on, and what the buffer grew to for it. */
  undo(start: number): void {
    takeBack(this.writer, start);
  }

  /** Sees to it that what is written leaves before the event loop turns. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // All calls of a turn leave together: what follows from that belongs to none of them.
    detach(this.#flushSoon);
  }

  readonly #flushSoon = (): void => process.nextTick(this.#flush);

  /**
   * Half-closes the stream behind everything written.
   * @param onEnded - called when the last byte has left
   */
  end(onEnded: () => void): void {
    this.#onEnded = onEnded;
    this.#flush();
  }

  /** Lets go of what will never be sent: the stream is gone. */
  discard(): void {
    this.writer.take();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#stream.destroyed || this.#stream.writableEnded) return this.discard();
    if (this.writer.pos > 0) {
      this.epoch++;
      this.#stream.write(takeWritten(this.writer), this.#onWritten);
    }
    if (this.#onEnded !== undefined) this.#stream.end(this.#onEnded);
  };

  readonly #onWritten = (): void => {
    if (!this.#choked || this.#isOver) return;
    this.#choked = false;
    this.#onRoom();
  };
}
