import type { MessagePort } from "node:worker_threads";
import { Duplex } from "./node-stream.ts";
/**
 * Bytes that may be on their way to an end which has not asked for more: a reader that stops costs no more than these, beside
 * what its stream buffers.
 */
const windowBytes = 256 * 1024;

interface Unsent {
  readonly bytes: Uint8Array;
  sent: number;
  readonly callback: (error?: Error | null) => void;
}

/**
 * A byte stream over a message port. Three kinds of messages travel: bytes; a number, which grants that many bytes more; null,
 * which ends the sender's direction. A closed port is the stream's end, and the other way round.
 *
 * Emits `open` when the other end has answered.
 */
export class PortStream extends Duplex {
  readonly #port: MessagePort;
  /** What the other end takes. */
  #credit = 0;
  #opened = false;
  #unsent: Unsent | undefined;
  #finished = false;
  /** What the other end may still send. */
  #granted = windowBytes;
  /** Received and not granted anew. */
  #owed = 0;
  #wantsMore = true;
  #ended = false;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on("message", this.#onMessage);
    port.on("messageerror", (error) => this.destroy(error));
    port.on("close", this.#onClose);
    port.postMessage(windowBytes);
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Unsent["callback"]): void {
    this.#unsent = { bytes: chunk, sent: 0, callback };
    this.#send();
  }

  override _final(callback: () => void): void {
    this.#finished = true;
    this.#port.postMessage(null);
    callback();
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#grant();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    this.#port.close();
    callback(error);
    unsent?.callback(error ?? new Error("the stream was destroyed"));
  }

  readonly #onMessage = (message: unknown): void => {
    if (this.destroyed) return;
    if (message instanceof Uint8Array) return this.#onBytes(message);
    if (typeof message === "number") return this.#onCredit(message);
    if (message === null) return this.#onEnd();
    this.#violation(`a message that is none of gorpc's: ${typeof message}`);
  };

  #onBytes(bytes: Uint8Array): void {
    this.#granted -= bytes.length;
    if (this.#ended) return this.#violation("bytes after its end");
    if (this.#granted < 0) return this.#violation(`more than the ${windowBytes} bytes that it may`);
    this.#owed += bytes.length;
    this.#wantsMore = this.push(bytes);
    this.#grant();
  }

  #onCredit(bytes: number): void {
    if (!Number.isInteger(bytes) || bytes < 1) return this.#violation(`a grant of ${bytes} bytes`);
    this.#credit += bytes;
    if (!this.#opened) {
      this.#opened = true;
      this.emit("open");
    }
    this.#send();
  }

  #onEnd(): void {
    this.#ended = true;
    this.push(null);
  }

  #violation(what: string): void {
    this.destroy(new Error(`the other end of the port sent ${what}`));
  }

  /** The other end closed, or its thread ended. What both sides had ended already may still be read here. */
  readonly #onClose = (): void => {
    if (this.#ended && this.#finished) return;
    this.destroy(new Error("the other end of the port was closed, or its thread ended"));
  };

  /** Grants anew what was received, in halves of the window: a message for each piece would cost more than the piece. */
  #grant(): void {
    if (!this.#wantsMore || this.#owed < windowBytes / 2 || this.#ended) return;
    this.#port.postMessage(this.#owed);
    this.#granted += this.#owed;
    this.#owed = 0;
  }

  /** Posts copies, whose memory moves over: as they are, Node's pooled buffers would be cloned as a whole. */
  #send(): void {
    const unsent = this.#unsent;
    if (unsent === undefined) return;
    const { bytes } = unsent;
    while (unsent.sent < bytes.length) {
      if (this.#credit === 0) return;
      const size = Math.min(this.#credit, bytes.length - unsent.sent);
      const piece = new Uint8Array(bytes.subarray(unsent.sent, unsent.sent + size));
      this.#port.postMessage(piece, [piece.buffer]);
      this.#credit -= size;
      unsent.sent += size;
    }
    this.#unsent = undefined;
    unsent.callback();
  }
}
