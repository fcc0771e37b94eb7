/** An announced size is believed when so large a part of it is there: memory that a peer makes us take stays in proportion to what it sends. */
const trusted = 16;

/** What puts the pieces of a message together that came in several frames. */
export class Assembly {
  // One buffer: a list of pieces would cost a hundred times the bytes of a peer that sends one at a time.
  #bytes: Uint8Array = new Uint8Array(0);
  /** Its size in bytes, as the peer says; 0 where it does not. */
  readonly announced: number;
  length = 0;

  constructor(announced = 0) {
    this.announced = announced;
  }

  /** Copies a piece: the chunk that it lies in is only lent. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** The whole message, in a buffer that nothing else uses. */
  join(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** To the announced size as early as it can be trusted: a large buffer moved to a larger one holds everything else up. */
  #grow(length: number): void {
    const isTrusted = length <= this.announced && this.announced <= trusted * length;
    const grown = new Uint8Array(isTrusted ? this.announced : Math.max(length, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}

/** Nothing is said of the next message's size. */
const unannounced = { id: 0, size: 0 };

/** The memory that unfinished messages of one connection share. */
export class AssemblyBudget {
  readonly #maxMessage: number;
  readonly #maxTotal: number;
  readonly #allowance: number;
  #used = 0;
  /** Of the message that begins next. */
  #announced = unannounced;

  /** @param allowance - bytes that come in the pieces beside a message's body */
  constructor(maxMessage: number, maxTotal: number, allowance = 0) {
    this.#maxMessage = maxMessage;
    this.#maxTotal = maxTotal;
    this.#allowance = allowance;
  }

  /** The peer says how large the next message of a call is. */
  announce(id: number, size: number): void {
    this.#announced = { id, size };
  }

  /**
   * Starts a call's message.
   * @param head - bytes of it that are kept elsewhere
   */
  begin(id: number, head = 0): Assembly {
    const { id: announcedId, size } = this.#announced;
    this.#announced = unannounced;
    return new Assembly(id === announcedId ? Math.max(0, size - head) : 0);
  }

  /** Adds a piece. Where a limit refuses it, returns why and frees what the message held. */
  add(assembly: Assembly, bytes: Uint8Array, start: number, end: number): string | undefined {
    const size = end - start;
    const refusal = this.#refusal(Math.max(assembly.length + size, assembly.announced), size);
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
