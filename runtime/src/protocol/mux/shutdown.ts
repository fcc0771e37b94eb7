import { lingerTime } from "../../limits.ts";
import { Kind } from "./frames/frame.ts";
import { writeGoaway } from "./goaway.ts";
import type { Output } from "./output/output.ts";

/** Of the PING whose answer says that all is read that the client sent before it knew. */
const lastCall = new Uint8Array(8).fill(0xff);
/** How far ahead of the last call the first GOAWAY's last id lies: no call that is on its way comes after it. */
const farAhead = 2 ** 30;

/** The connection that shuts down. */
export interface ShutdownHost {
  /** Calls that are not answered. */
  readonly inFlight: number;
  /** The id of the last call that is, or may have been, run. */
  readonly lastAccepted: number;
  /** The peer does not close in time. */
  onOverdue(): void;
}

/**
 * How a server's connection ends in good order: the client is told, what it sent before it knew is still taken, all that was taken is
 * answered, and the peer is left the time to read it.
 */
export class Shutdown {
  readonly #output: Output;
  readonly #host: ShutdownHost;
  #isAccepting = true;
  #isOver = false;
  #drained: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;
  #lastCall: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #reason = "";

  constructor(output: Output, host: ShutdownHost) {
    this.#output = output;
    this.#host = host;
  }

  /** False once the client knows which calls are the last to be run. */
  get isAccepting(): boolean {
    return this.#isAccepting;
  }

  /**
   * Says that the connection will end, and still takes what is on its way: a call that the client had to send again would be lost
   * where it cannot.
   * @returns resolves when the connection is closed
   */
  drain(reason: string): Promise<void> {
    if (this.#drained !== undefined) return this.#drained;
    this.#drained = new Promise((resolve) => (this.#onDrained = resolve));
    this.#reason = reason;
    this.#announce("UNAVAILABLE", reason, (this.#host.lastAccepted + farAhead) >>> 0);
    this.#output.ofConnection(Kind.PING, lastCall);
    this.#lastCall = setTimeout(() => this.#onLastCall(), lingerTime);
    return this.#drained;
  }

  /** A PONG has come. */
  onPong(bytes: Uint8Array, start: number, end: number): void {
    if (this.#lastCall === undefined || lastCall.some((byte, i) => bytes[start + i] !== byte)) return;
    if (end - start === lastCall.length) this.#onLastCall();
  }

  /** A call is answered, or has come to nothing. */
  onCallEnded(): void {
    if (!this.#isAccepting && !this.#isOver && this.#host.inFlight === 0) this.#halfClose();
  }

  /** Ends the connection of a peer that broke the protocol: it is not waited for, whatever it has not read. */
  abort(reason: string): void {
    clearTimeout(this.#lastCall);
    this.#announce("INTERNAL", reason, this.#host.lastAccepted);
    this.#halfClose();
    this.#startLinger();
  }

  /** The connection is closed. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#lastCall);
    clearTimeout(this.#linger);
    this.#onDrained?.();
  }

  /** Every call that the client sent before it knew has come, or had the time to. */
  #onLastCall(): void {
    clearTimeout(this.#lastCall);
    this.#lastCall = undefined;
    this.#isAccepting = false;
    this.#announce("UNAVAILABLE", this.#reason, this.#host.lastAccepted);
    this.onCallEnded();
  }

  #announce(code: "UNAVAILABLE" | "INTERNAL", reason: string, last: number): void {
    writeGoaway(this.#output, { last, code, reason });
  }

  /**
   * Half-closes behind everything written. The peer's end is waited for once that has left, however long it takes to read it: a socket
   * that is closed with unread requests would be reset, and lose it.
   */
  #halfClose(): void {
    this.#output.end(() => this.#startLinger());
  }

  /** Waits for the peer's end no longer than it may take. */
  #startLinger(): void {
    if (!this.#isOver) this.#linger ??= setTimeout(() => this.#host.onOverdue(), lingerTime);
  }
}
