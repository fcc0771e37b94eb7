/** What gathers the pieces of a message that came in several frames. */
export class Assembly {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  /** Copies a piece: the chunk that it lies in is only lent. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#pieces.push(bytes.slice(start, end));
    this.length += end - start;
  }

  /** The whole message. */
  join(): Uint8Array {
    return Buffer.concat(this.#pieces, this.length);
  }
}

/** The memory that unfinished messages of one connection share. */
export class AssemblyBudget {
  readonly #maxMessage: number;
  readonly #maxTotal: number;
  #used = 0;

  constructor(maxMessage: number, maxTotal: number) {
    this.#maxMessage = maxMessage;
    this.#maxTotal = maxTotal;
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
    if (length > this.#maxMessage) {
      return `a message is larger than the limit of ${this.#maxMessage} bytes (option maxMessageBytes)`;
    }
    if (this.#used + size <= this.#maxTotal) return undefined;
    return `unfinished messages are larger than the ${this.#maxTotal} bytes that a connection may hold (option maxReassemblyBytes)`;
  }
}
