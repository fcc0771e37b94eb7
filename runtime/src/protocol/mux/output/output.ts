import type { Duplex } from "node:stream";
import type { Writer } from "../../../bytes/writer.ts";
import { setImmediate } from "../../../immediate.ts";
import { detach } from "../../../propagation.ts";
import { takeBack } from "../../written.ts";
import { beginFrame, endFrame, headerBytes, Kind } from "../frames/frame.ts";
import { type LargeMessage, LargeMessages } from "./large-messages.ts";
import { StreamWriter } from "./stream-writer.ts";
import { atOnce, type Flushable } from "./turn-end.ts";
import { borrowWriter, returnWriter } from "./writer-pool.ts";

/** Bytes of streams and large messages that may be ahead of the socket, so that small frames never wait behind more. */
const maxAhead = 256 * 1024;
/**
 * Bytes of streams with which a write need not wait for the end of the turn: the peer gets to work sooner, and a buffer of 64 KiB suffices.
 */
const fullWrite = 60 * 1024;
/** PINGs that wait for room to be answered: no peer that marks its pieces sends more. */
const maxOwed = 256;

/** All in bytes. */
export interface OutputLimits {
  /** Written and not taken by the peer; of large messages one may be more than this alone. */
  readonly maxUnsent: number;
  /** What the peer accepts. */
  readonly maxFrame: number;
  readonly maxMessage: number;
  /** The codec's, where it has one. */
  readonly spliceAbove?: number | undefined;
}

export interface OutputEvents {
  /** Less than the limits is unsent, after {@link Output.isFull} was true. */
  onRoom(): void;
  /** Streams may go on, after {@link Output.isBusy} was true. */
  onCalm(): void;
}

/**
 * What goes out on a connection. Frames are encoded straight into one buffer, and all of one turn of the event loop leave in
 * one write, unless {@link sendBatch} is called. A message over the frame limit goes out in several frames, in turn with others.
 */
export class Output implements Flushable {
  /** Counts writes to the stream: what was written when it had another value is on its way. */
  epoch = 0;
  /** Frames of this side's own that wait for the next write. */
  waiting = 0;
  readonly #stream: Duplex;
  readonly #streamWriter: StreamWriter;
  readonly #later: (output: Flushable) => void;
  readonly #maxUnsent: number;
  /** Bytes ahead at which something may start to wait for the stream. */
  readonly #watermark: number;
  readonly #events: OutputEvents;
  readonly #maxFrame: number;
  readonly #large: LargeMessages;
  /** Borrowed when it is needed: an idle connection holds little. */
  #writer: Writer | undefined;
  readonly #spliceAbove: number;
  #scheduled = false;
  /** Bytes that streams have written in this turn of the event loop, before its end. */
  #burst = 0;
  #choked = false;
  #awaited = false;
  #isContinuing = false;
  #isWriting = false;
  /** Payloads of PINGs that are answered when there is room. */
  #owed: Uint8Array[] | undefined;
  #shorts: [kind: number, id: number, value: number | undefined][] | undefined;
  #onEnded: (() => void) | undefined;

  /** @param later - flushes what is given to it before the event loop turns */
  constructor(
    stream: Duplex,
    { maxUnsent, maxFrame, maxMessage, spliceAbove = Infinity }: OutputLimits,
    events: OutputEvents,
    later: (output: Flushable) => void = atOnce,
  ) {
    // What is spliced into a message never fits a frame.
    this.#spliceAbove = Math.max(maxFrame, spliceAbove);
    this.#stream = stream;
    this.#streamWriter = new StreamWriter(stream);
    this.#later = later;
    this.#maxUnsent = maxUnsent;
    this.#maxFrame = maxFrame;
    this.#watermark = Math.min(maxUnsent, maxAhead);
    this.#large = new LargeMessages(maxFrame, maxMessage);
    this.#events = events;
  }

  /** Where frames are written, between {@link begin} and {@link finish}: another one after each write to the stream. */
  get writer(): Writer {
    return (this.#writer ??= borrowWriter(this.#spliceAbove));
  }

  /** Bytes that the peer's side has not taken. */
  get unsent(): number {
    return this.#ahead + this.#large.unsent;
  }

  /** Bytes that nothing can pass any more. */
  get #ahead(): number {
    return this.#written + this.#stream.writableLength;
  }

  get #written(): number {
    return this.#writer === undefined ? 0 : this.#writer.pos;
  }

  /** Whether more is unsent than the limits; `onRoom` follows. */
  get isFull(): boolean {
    if (!this.#isOver) return false;
    if (!this.#choked) {
      this.#choked = true;
      // Who asks may stop reading: what waited for a PONG has to go on without it.
      this.schedule();
    }
    return true;
  }

  get #isOver(): boolean {
    if (this.#ahead > this.#maxUnsent) return true;
    // A single large message holds nobody up, whatever its size: it goes out in turn with what comes after it.
    return this.#large.count > 1 && this.#large.unsent > this.#maxUnsent;
  }

  /** Whether so much is ahead of the socket that streams must wait; `onCalm` follows. */
  get isBusy(): boolean {
    // What the system took at once counts too: streams alone would else keep the event loop from turning.
    if (this.#ahead + this.#burst < maxAhead) return false;
    this.#awaited = true;
    return true;
  }

  /** Whether a frame is being written: what its values run must not write another. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Starts a frame; end it with {@link finish} or take it back with {@link undo}. */
  begin(kind: number, id: number): number {
    this.#isWriting = true;
    return beginFrame(this.writer, kind, id);
  }

  /**
   * Ends the frame that starts at `start`.
   * @returns undefined, or where it is over the frame limit the message that it becomes: it goes out in several, in its turn
   */
  finish(start: number): LargeMessage | undefined {
    const { writer } = this;
    this.waiting++;
    this.schedule();
    const fits = writer.pos - start - headerBytes <= this.#maxFrame && !writer.isSpliced;
    if (fits) endFrame(writer, start);
    const large = fits ? undefined : this.#large.divert(writer, start);
    this.#leaveFrame();
    return large;
  }

  /** Lets go of what streams have written, where it is much: streams that have more to write need not wait for the turn's end. */
  relieve(): void {
    if (this.#written < fullWrite) return;
    this.#burst += this.#written;
    this.sendBatch();
  }

  /** Takes back the frame that starts at `start`, and what the buffer grew to for it. */
  undo(start: number): void {
    takeBack(this.writer, start);
    this.#leaveFrame();
    this.#letGo();
  }

  /** A frame with at most a number in it. Where it is asked for in the middle of another, by what that one's values run, it follows. */
  short(kind: number, id: number, value?: number): void {
    if (this.#isWriting) return void (this.#shorts ??= []).push([kind, id, value]);
    const frame = this.begin(kind, id);
    if (value !== undefined) this.writer.uint32(value);
    this.finish(frame);
  }

  /** Asks the peer for a sign of life, unless so much is unsent that this says more. */
  ping(): void {
    if (!this.isFull) this.ofConnection(Kind.PING, new Uint8Array(8));
  }

  /**
   * Answers a PING, once there is room.
   * @throws Error where its payload is not of 8 bytes
   */
  pong(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 8) throw new Error(`a payload of ${end - start} bytes, not 8`);
    if (!this.isFull) this.ofConnection(Kind.PONG, bytes.subarray(start, end));
    else if ((this.#owed ??= []).length < maxOwed) this.#owed.push(bytes.slice(start, end));
  }

  /** A PONG has come: maybe a large message may go on. */
  onPong(bytes: Uint8Array, start: number, end: number): void {
    this.#large.onPong(bytes, start, end);
    if (this.#large.unsent > 0) this.schedule();
  }

  /** A frame of the connection itself. */
  ofConnection(kind: number, payload: Uint8Array): void {
    const frame = this.begin(kind, 0);
    this.writer.raw(payload);
    this.finish(frame);
  }

  #leaveFrame(): void {
    this.#isWriting = false;
    const shorts = this.#shorts;
    if (shorts === undefined) return;
    this.#shorts = undefined;
    for (const [kind, id, value] of shorts) this.short(kind, id, value);
  }

  /** Drops what is left of a call's large message. */
  drop(id: number): void {
    this.#large.drop(id);
  }

  /** Drops what is left of a large message that is on its way. */
  withdraw(message: LargeMessage): void {
    this.#large.withdraw(message);
  }

  /** Sees to it that what is written leaves before the event loop turns. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Frames of all calls leave together: what follows from that, in the same process too, belongs to none of them.
    // It runs when all promises that this turn has settled have had their say.
    detach(() => this.#later(this));
  }

  /** Sends what is written now, without waiting for the rest of the turn's. */
  sendBatch(): void {
    if (this.#written > 0 && !this.#isGone) detach(() => this.#write());
  }

  /**
   * Half-closes the stream behind everything written so far, large messages included.
   * @param onEnded - called when the last byte has left
   */
  end(onEnded: () => void): void {
    this.#onEnded = onEnded;
    // What a value that is being written does must not cut its frame.
    if (this.#isWriting) this.schedule();
    else this.flush();
  }

  /** Lets go of what will never be sent: the stream is gone. */
  discard(): void {
    this.#large.clear();
    this.#writer?.take();
    this.#letGo();
  }

  /** Gives the writer back, unless there is something in it. */
  #letGo(): void {
    if (this.#writer === undefined || this.#writer.pos > 0 || this.#isWriting) return;
    returnWriter(this.#writer);
    this.#writer = undefined;
  }

  /** @internal Called at the end of a turn. */
  flush(): void {
    this.#scheduled = false;
    if (this.#isGone) return this.discard();
    while (this.#large.unsent > 0 && this.#ahead < maxAhead && this.#isPieceDue)
      this.#large.write(this.writer);
    if (this.#written > 0) this.#write();
    // Streams that have had their part of this turn go on in the next.
    else if (this.#burst > 0 && this.#awaited) this.#onWritten();
    else this.#checkWaiting();
    if (!this.#awaited) this.#burst = 0;
    this.#letGo();
    if (this.#onEnded !== undefined && this.#large.unsent === 0) this.#stream.end(this.#onEnded);
  }

  get #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.writableEnded;
  }

  /** Who has found the output full may have stopped reading, and would never see the PONG that is waited for. */
  get #isPieceDue(): boolean {
    return this.#choked || this.#large.mayGo;
  }

  /** Whenever something waits for the stream to move on, its last write reports: without that, nothing would ever go on. */
  #write(): void {
    this.epoch++;
    this.waiting = 0;
    const reports = this.#large.unsent > 0 || this.#choked || this.#awaited || this.#ahead >= this.#watermark;
    this.#streamWriter.write(this.writer, reports ? () => this.#onWritten() : undefined);
  }

  /**
   * What a socket takes at once it reports at once: going on right here, a large message would leave whole before anything else had its
   * turn.
   */
  #onWritten(): void {
    if (this.#isContinuing) return;
    this.#isContinuing = true;
    setImmediate(() => this.#continue());
  }

  #continue(): void {
    this.#isContinuing = false;
    this.#burst = 0;
    if (this.#large.unsent > 0) this.flush();
    this.#checkWaiting();
  }

  #checkWaiting(): void {
    if (this.#choked && !this.#isOver) {
      this.#choked = false;
      const owed = this.#owed ?? [];
      this.#owed = undefined;
      for (const payload of owed) this.ofConnection(Kind.PONG, payload);
      this.#events.onRoom();
    }
    if (this.#awaited && this.#ahead < maxAhead) {
      this.#awaited = false;
      this.#events.onCalm();
    }
  }
}
