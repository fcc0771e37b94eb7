import { wellFormed } from "../../bytes/utf8.ts";
import { type StatusCode, statusNumbers } from "../../errors.ts";
import { lingerTime } from "../../limits.ts";
import { Kind } from "./frames/frame.ts";
import type { Output } from "./output/output.ts";

/** Characters of the reason that are sent. */
const maxReason = 1024;

/** Of the PING whose answer says that all is read that the client sent before it knew. */
const lastCall = new Uint8Array(8).fill(0xff);
/** How far ahead of the last call the first GOAWAY's last id lies: no call that is on its way comes after it. */
const farAhead = 2 ** 30;

export interface FarewellEvents {
  /** Every call that the client sent before it knew has come, or had the time to. */
  onLastCall(): void;
  /** The peer does not close in time. */
  onOverdue(): void;
}

/** How a server takes leave of a connection. */
export class Farewell {
  readonly #output: Output;
  readonly #events: FarewellEvents;
  #lastCall: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(output: Output, events: FarewellEvents) {
    this.#output = output;
    this.#events = events;
  }

  /**
   * Says that the connection will end, and still takes what is on its way: a call that the client had to send again would be lost
   * where it cannot.
   */
  announce(reason: string, lastAccepted: number): void {
    this.writeGoaway("UNAVAILABLE", reason, (lastAccepted + farAhead) >>> 0);
    this.#output.ofConnection(Kind.PING, lastCall);
    this.#lastCall = setTimeout(() => this.#events.onLastCall(), lingerTime);
  }

  /** A PONG has come. */
  onPong(bytes: Uint8Array, start: number, end: number): void {
    if (this.#lastCall === undefined || lastCall.some((byte, i) => bytes[start + i] !== byte)) return;
    if (end - start !== lastCall.length) return;
    clearTimeout(this.#lastCall);
    this.#lastCall = undefined;
    this.#events.onLastCall();
  }

  /** @param lastAccepted - the id of the last call that is, or may have been, run */
  writeGoaway(code: StatusCode, reason: string, lastAccepted: number): void {
    const { writer } = this.#output;
    const start = this.#output.begin(Kind.GOAWAY, 0);
    writer.byte(lastAccepted >>> 24).byte(lastAccepted >>> 16);
    writer.byte(lastAccepted >>> 8).byte(lastAccepted);
    writer.byte(statusNumbers[code]).string(wellFormed(reason.slice(0, maxReason)));
    this.#output.finish(start);
  }

  /**
   * Half-closes behind everything written. The peer's end is waited for once that has left, however long it takes to read it: a socket
   * that is closed with unread requests would be reset, and lose it.
   */
  halfClose(): void {
    this.#output.end(() => this.startLinger());
  }

  /** Waits for the peer's end no longer than it may take. */
  startLinger(): void {
    if (!this.#isOver) this.#linger ??= setTimeout(() => this.#events.onOverdue(), lingerTime);
  }

  /** The connection is closed. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#lastCall);
    clearTimeout(this.#linger);
  }
}
