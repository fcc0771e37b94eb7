import type { Socket } from "node:net";

/** What a socket brings, read in pieces of known length. */
export class Incoming {
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #waiting: (() => void) | undefined;

  constructor(socket: Socket) {
    const wake = (): void => this.#waiting?.();
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      wake();
    });
    const end = (): void => {
      this.#ended = true;
      wake();
    };
    socket.on("end", end).on("close", end).on("error", end);
  }

  /** The next so many bytes; fewer where the socket ends before. */
  async read(length: number): Promise<Buffer> {
    while (this.#bytes.length < length && !this.#ended) await this.#more();
    const bytes = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(bytes.length);
    return bytes;
  }

  /** All that comes until the end. */
  async rest(): Promise<Buffer> {
    while (!this.#ended) await this.#more();
    return this.read(this.#bytes.length);
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => (this.#waiting = resolve));
  }
}
