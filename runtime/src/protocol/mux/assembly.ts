/** What puts the pieces of a message together that came in several frames. */
export class Assembly {
  // One buffer: a list of pieces would cost a hundred times the bytes of a peer that sends one at a time.
  #bytes: Uint8Array = new Uint8Array(0);
  length = 0;

  /** Copies a piece: the chunk that it lies in is only lent. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** The whole message. */
  join(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** The memory that unfinished messages of one connection share. */
export class AssemblyBudget {
  readonly #maxMessage: number;
  readonly #maxTotal: number;
  readonly #allowance: number;
  #used = 0;

  /** @param allowance - bytes that come in the pieces beside a message's body */
  constructor(maxMessage: number, maxTotal: number, allowance = 0) {
    this.#maxMessage = maxMessage;
    this.#maxTotal = maxTotal;
    this.#allowance = allowance;
  }

  /** Adds a piece. Where a limit refuses it, returns why and frees what the message held. */
  add(assembly: Assembly, bytes: Uint8Array, start: number, end: number): string | undefined {
    const size = end - start;
    const refusal = this.#refusal(assembly.length + size, size);
    if (refusal !== undefined) {
      this.free(assembly);
      return refusal;
    }
    this.#used += size;
    assembly.add(bytes, start, end);
    return undefined;
  }

  /** The message is whole or given up. */
  free(assembly: Assembly): void {
    this.#used -= assembly.length;
    assembly.length = 0;
  }

  #refusal(length: number, size: number): string | undefined {
    if (length > this.#maxMessage + this.#allowance) {
      return `a message is larger than the limit of ${this.#maxMessage} bytes (option maxMessageBytes)`;
    }
    if (this.#used + size <= this.#maxTotal + this.#allowance) return undefined;
    return `unfinished messages are larger than the ${this.#maxTotal} bytes that a connection may hold (option maxReassemblyBytes)`;
  }
}
