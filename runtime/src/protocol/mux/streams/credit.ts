/** What the other side may still send of a stream, or of all streams of a connection, as the receiver counts it. */
export class ReceiveCredit {
  #window: number;
  readonly #largest: number;
  #available: number;
  #taken = 0;

  /**
   * @param window - bytes granted at first
   * @param largest - what the window grows to where the reader keeps up
   */
  constructor(window: number, largest: number = window) {
    this.#window = this.#available = window;
    this.#largest = largest;
  }

  /** Whether a message may begin. One that has begun may go on to its end, whatever its length. */
  get allowsMessage(): boolean {
    return this.#available > 0;
  }

  /** So many bytes came. */
  spend(bytes: number): void {
    this.#available -= bytes;
  }

  /**
   * So many bytes were taken.
   * @param unread - bytes that came and were not
   * @returns what to grant the sender now: half a window at a time, less where it has little left, 0 in between
   */
  take(bytes: number, unread: number): number {
    this.#taken += bytes;
    // Where unread messages leave the sender little, it must not wait for half a window.
    const step = this.#available > this.#window / 4 ? this.#window / 2 : this.#window / 16;
    if (this.#taken < step) return 0;
    let grant = this.#taken;
    this.#taken = 0;
    if (unread < this.#window / 4 && this.#window < this.#largest) {
      const grown = Math.min(2 * this.#window, this.#largest);
      grant += grown - this.#window;
      this.#window = grown;
    }
    this.#available += grant;
    return grant;
  }
}
