import { now } from "../../../clock.ts";

const KiB = 1024;

/** Bytes from one mark to the next. */
const markEvery = 128 * KiB;
/** Where less than this is left to send, in bytes, it can go as it is. */
const markedAbove = 256 * KiB;
const minWindow = 256 * KiB;
const maxWindow = 16 * KiB * KiB;
/** A queue before the peer that takes this long, in ms, or half of what the way takes without one, may be there. */
const toleratedQueue = 1;
/** How long the shortest way there and back is believed to be the shortest, in ms: routes change. */
const shortestHolds = 10_000;

/** The first half of a mark: what tells its PING from others. */
const tag = 0x6d61_726b;

/** A PING behind pieces. */
interface Mark {
  readonly number: number;
  /** Bytes of pieces before it, since the connection began. */
  readonly sent: number;
  readonly at: number;
}

/**
 * Says when the next piece of a large message may go out. The system takes mebibytes before it says that a connection is full, and small
 * frames would wait behind them; so a PING goes with every so many bytes, and what is not confirmed by its PONG is kept to a window. The
 * window follows the time that a mark takes there and back: it grows while that is near the shortest seen, and shrinks where a queue
 * makes it longer, as in TCP Vegas (Brakmo, O'Malley and Peterson, SIGCOMM 1994).
 */
export class Pacer {
  #window = minWindow;
  /** Bytes of pieces since the connection began. */
  #sent = 0;
  #confirmed = 0;
  readonly #marks: Mark[] = [];
  #lastMark: Mark = { number: 0, sent: 0, at: 0 };
  #shortest = Infinity;
  #shortestAt = 0;
  /** What had been sent when the window shrank last: marks before it tell of the queue that it shrank for. */
  #shrunkAt = 0;

  get mayGo(): boolean {
    return this.#inFlight < this.#window;
  }

  /** Up to the last mark: what came behind it was little. */
  get #inFlight(): number {
    return this.#lastMark.sent - this.#confirmed;
  }

  /**
   * A piece is written.
   * @param left - bytes of pieces that wait to be written
   * @returns the payload of a PING to put behind it, where it is time for a mark
   */
  onSent(bytes: number, left: number): Uint8Array | undefined {
    this.#sent += bytes;
    if (left < markedAbove || this.#sent - this.#lastMark.sent < markEvery) return undefined;
    // Of what went out without a mark since the last was confirmed, this one knows the end alone.
    if (this.#marks.length === 0) this.#confirmed = Math.max(this.#confirmed, this.#sent - markEvery);
    const number = (this.#lastMark.number + 1) >>> 0;
    this.#lastMark = { number, sent: this.#sent, at: now() };
    this.#marks.push(this.#lastMark);
    const payload = new DataView(new ArrayBuffer(8));
    payload.setUint32(0, tag);
    payload.setUint32(4, number);
    return new Uint8Array(payload.buffer);
  }

  /** A PONG has come; one that answers no mark is somebody else's. */
  onPong(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 8) return;
    const payload = new DataView(bytes.buffer, bytes.byteOffset + start, 8);
    if (payload.getUint32(0) !== tag) return;
    const number = payload.getUint32(4);
    const index = this.#marks.findIndex((mark) => mark.number === number);
    if (index < 0) return;
    const mark = this.#marks[index]!;
    // It answers for those before it too.
    this.#marks.splice(0, index + 1);
    this.#adjust(mark);
    this.#confirmed = mark.sent;
  }

  #adjust({ sent, at }: Mark): void {
    const time = now();
    const way = time - at;
    if (way <= this.#shortest || time - this.#shortestAt > shortestHolds) {
      this.#shortest = way;
      this.#shortestAt = time;
    }
    const wasUsed = this.#inFlight > this.#window / 2;
    if (way - this.#shortest <= Math.max(toleratedQueue, this.#shortest / 2)) {
      if (wasUsed) this.#window = Math.min(maxWindow, this.#window + sent - this.#confirmed);
    } else if (sent > this.#shrunkAt) {
      this.#window = Math.max(minWindow, this.#window / 2);
      this.#shrunkAt = this.#sent;
    }
  }
}
