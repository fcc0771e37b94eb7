import { once } from "node:events";
import { connect as dial } from "node:net";
import type { Count } from "../../message.ts";
import type { Connect } from "../../peer.ts";

/** A length, and the number that each body starts with. */
const headSize = 8;
const roomy = 256 * 1024;

export const connect: Connect = async (port) => (bytes, count) =>
  new Promise((resolve, reject) => {
    const reader = new Reader(count);
    // Every chunk comes into the same memory.
    const buffer = Buffer.allocUnsafe(roomy);
    const callback = (length: number): boolean => {
      try {
        if (reader.read(buffer, length)) return true;
        resolve();
        socket.destroy();
      } catch (error) {
        socket.destroy(error as Error);
      }
      return false;
    };
    const socket = dial({ host: "127.0.0.1", port: Number(port), onread: { buffer, callback } });
    socket.once("error", reject);
    void once(socket, "connect").then(() => {
      const request = Buffer.alloc(4);
      request.writeUInt32BE(bytes);
      socket.write(request);
    }, reject);
  });

/** Finds the messages in what arrives; a large one is not put together, which a library must do. */
class Reader {
  readonly #count: Count;
  readonly #head = Buffer.alloc(headSize);
  #held = 0;
  #length = 0;
  #number = 0;
  #missing = 0;

  constructor(count: Count) {
    this.#count = count;
  }

  /** False where no more is wanted. */
  read(chunk: Buffer, length: number): boolean {
    let at = 0;
    while (at < length) {
      if (this.#missing > 0) {
        const step = Math.min(this.#missing, length - at);
        at += step;
        this.#missing -= step;
        if (this.#missing === 0 && !this.#count.take(this.#number, this.#length)) return false;
      } else if (this.#held === 0 && length - at >= headSize) {
        this.#begin(chunk, at);
        at += headSize;
      } else {
        this.#head[this.#held++] = chunk[at++]!;
        if (this.#held === headSize) this.#begin(this.#head, 0);
      }
    }
    return true;
  }

  #begin(bytes: Buffer, at: number): void {
    this.#held = 0;
    this.#length = bytes.readUInt32BE(at);
    this.#number = bytes.readUInt32BE(at + 4);
    this.#missing = this.#length - 4;
  }
}
