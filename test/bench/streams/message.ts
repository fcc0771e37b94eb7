/** Different messages of a size; a stream gives them again and again, so that none is made or changed while it is sent. */
const ring = 256;

/** An endless stream of messages of `bytes`: each has its number, modulo 256, in its first and its last four bytes. */
export function* messages(bytes: number): Generator<Uint8Array, never> {
  const made = Array.from({ length: ring }, (_, number) => {
    const body = new Uint8Array(bytes).fill(number);
    const view = new DataView(body.buffer);
    view.setUint32(0, number);
    view.setUint32(bytes - 4, number);
    return body;
  });
  for (;;) yield* made;
}

/** The number that a message has at its start and at its end. @throws Error where the two differ */
export function numberOf(body: Uint8Array): number {
  const number = uint32At(body, 0);
  const last = uint32At(body, body.length - 4);
  if (number !== last) throw new Error(`a message starts with ${number} and ends with ${last}`);
  return number;
}

function uint32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Counts the messages of one stream until its time is over. */
export class Count {
  messages = 0;
  readonly #bytes: number;
  readonly #end: number;
  readonly #every: number;

  constructor(bytes: number, milliseconds: number) {
    this.#bytes = bytes;
    this.#end = performance.now() + milliseconds;
    // Reading the clock costs more than a small message does.
    this.#every = bytes < 1_024 ? 64 : 1;
  }

  /** Takes the next message; false where no more are wanted. @throws Error unless it is the one that is due */
  take(number: number, length: number): boolean {
    if (number !== this.messages % ring || length !== this.#bytes) {
      throw new Error(
        `received message ${number} of ${length} bytes, due is ${this.messages % ring} of ${this.#bytes}`,
      );
    }
    return ++this.messages % this.#every !== 0 || performance.now() < this.#end;
  }
}
