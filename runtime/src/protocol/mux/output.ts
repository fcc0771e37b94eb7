import type { Duplex } from "node:stream";
import { Writer } from "../../bytes/writer.ts";
import { detach } from "../../propagation.ts";
import { beginFrame, callId, endFrame, Flag, headerBytes, Kind, kindAndFlags } from "./frame.ts";

/** A message that is larger than a frame, on its way out. */
export interface LargeMessage {
  id: number;
  readonly bytes: Uint8Array;
  /** Kind and flags of its next frame. */
  kind: number;
  /** What of it has been written. */
  sent: number;
  /** Called when its first frame is written, maybe long after the message was; returns the id to go by. */
  onStart: (() => number) | undefined;
  /** Called when its last frame is written. */
  onSent: (() => void) | undefined;
}

/** Bytes of streams and large messages that may be ahead of the socket, so that small frames never wait behind more. */
const maxAhead = 256 * 1024;
/** A buffer larger than this is handed over as it is; a smaller one is copied out and kept. */
const maxKept = 64 * 1024;

/**
 * What goes out on a connection. Frames are encoded straight into one buffer, and all of one turn of the event loop leave in
 * one write. A message over the frame limit goes out in several frames, in turn with others.
 */
export class Output {
  readonly writer = new Writer();
  /** Counts writes to the stream: what was written when it had another value is on its way. */
  epoch = 0;
  readonly #stream: Duplex;
  readonly #maxUnsent: number;
  /** Bytes ahead at which something may start to wait for the stream. */
  readonly #watermark: number;
  readonly #onRoom: () => void;
  readonly #onCalm: () => void;
  #maxFrame: number;
  #maxMessage: number;
  /** In turn: the first frame of the first comes next, then it goes to the end. */
  #taking: LargeMessage[] = [];
  #waiting: LargeMessage[] = [];
  #large = 0;
  #scheduled = false;
  #choked = false;
  #awaited = false;
  #isWriting = false;
  #shorts: [kind: number, id: number, value: number | undefined][] = [];
  #onEnded: (() => void) | undefined;

  /**
   * @param onRoom - called when less than the limit is unsent, after {@link isFull} was true
   * @param onCalm - called when streams may go on, after {@link isBusy} was true
   */
  constructor(stream: Duplex, maxUnsent: number, onRoom: () => void, onCalm: () => void = () => {}) {
    this.#stream = stream;
    this.#maxUnsent = maxUnsent;
    this.#watermark = Math.min(maxUnsent, maxAhead);
    this.#onRoom = onRoom;
    this.#onCalm = onCalm;
    this.#maxFrame = maxKept;
    this.#maxMessage = Infinity;
  }

  /** What the peer accepts, once it has said so. */
  agree(maxFrame: number, maxMessage: number): void {
    this.#maxFrame = maxFrame;
    this.#maxMessage = maxMessage;
  }

  /** Bytes that the peer's side has not taken. */
  get unsent(): number {
    return this.writer.pos + this.#large + this.#stream.writableLength;
  }

  /** Whether more is unsent than the limit; `onRoom` follows. */
  get isFull(): boolean {
    if (this.unsent <= this.#maxUnsent) return false;
    this.#choked = true;
    return true;
  }

  /** Whether so much is ahead of the socket that streams must wait; `onCalm` follows. */
  get isBusy(): boolean {
    if (this.writer.pos + this.#stream.writableLength < maxAhead) return false;
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
    this.schedule();
    const fits = writer.pos - start - headerBytes <= this.#maxFrame;
    if (fits) endFrame(writer, start);
    const large = fits ? undefined : this.#divert(start);
    this.#leaveFrame();
    return large;
  }

  /** Takes back the frame that starts at `start`, and what the buffer grew to for it. */
  undo(start: number): void {
    this.writer.truncate(start);
    if (start === 0 && this.writer.buffer.length > maxKept) this.writer.take();
    this.#leaveFrame();
  }

  /** A frame with at most a number in it. Where it is asked for in the middle of another, by what that one's values run, it follows. */
  short(kind: number, id: number, value?: number): void {
    if (this.#isWriting) return void this.#shorts.push([kind, id, value]);
    const frame = this.begin(kind, id);
    if (value !== undefined) this.writer.uint32(value);
    this.finish(frame);
  }

  /** Asks the peer for a sign of life, unless so much is unsent that this says more. */
  ping(): void {
    if (this.isFull) return;
    const frame = this.begin(Kind.PING, 0);
    this.writer.raw(new Uint8Array(8));
    this.finish(frame);
  }

  #leaveFrame(): void {
    this.#isWriting = false;
    if (this.#shorts.length === 0) return;
    const shorts = this.#shorts;
    this.#shorts = [];
    for (const [kind, id, value] of shorts) this.short(kind, id, value);
  }

  /** Drops what is left of a call's large message. */
  drop(id: number): void {
    if (this.#large === 0) return;
    const message = [...this.#taking, ...this.#waiting].find((each) => each.id === id);
    if (message !== undefined) this.withdraw(message);
  }

  /** Drops what is left of a large message that is on its way. */
  withdraw(message: LargeMessage): void {
    for (const list of [this.#taking, this.#waiting]) {
      const index = list.indexOf(message);
      if (index < 0) continue;
      list.splice(index, 1);
      this.#large -= message.bytes.length - message.sent;
      return this.#admit();
    }
  }

  /** Sees to it that what is written leaves before the event loop turns. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Frames of all calls leave together: what follows from that, in the same process too, belongs to none of them.
    detach(this.#flushSoon);
  }

  /** Runs when all promises that this turn has settled have had their say. */
  readonly #flushSoon = (): void => process.nextTick(this.#flush);

  /**
   * Half-closes the stream behind everything written so far, large messages included.
   * @param onEnded - called when the last byte has left
   */
  end(onEnded: () => void): void {
    this.#onEnded = onEnded;
    this.#flush();
  }

  /** Lets go of what will never be sent: the stream is gone. */
  discard(): void {
    this.#taking = [];
    this.#waiting = [];
    this.#large = 0;
    this.writer.take();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#stream.destroyed || this.#stream.writableEnded) return this.discard();
    this.#writeLarge();
    if (this.writer.pos > 0) this.#write();
    else this.#checkWaiting();
    if (this.#onEnded !== undefined && this.#large === 0) this.#stream.end(this.#onEnded);
  };

  /** Whenever something waits for the stream to move on, its last write reports: without that, nothing would ever go on. */
  #write(): void {
    this.epoch++;
    const bytes = this.#takeBytes();
    const ahead = this.#stream.writableLength + bytes.length;
    const reports = this.#large > 0 || this.#choked || this.#awaited || ahead >= this.#watermark;
    this.#stream.write(bytes, reports ? this.#onWritten : undefined);
  }

  readonly #onWritten = (): void => {
    if (this.#large > 0) this.#flush();
    this.#checkWaiting();
  };

  #checkWaiting(): void {
    if (this.#choked && this.unsent <= this.#maxUnsent) {
      this.#choked = false;
      this.#onRoom();
    }
    if (this.#awaited && this.writer.pos + this.#stream.writableLength < maxAhead) {
      this.#awaited = false;
      this.#onCalm();
    }
  }

  #takeBytes(): Uint8Array {
    const { writer } = this;
    if (writer.buffer.length > maxKept) return writer.take();
    const bytes = Buffer.allocUnsafe(writer.pos);
    bytes.set(writer.buffer.subarray(0, writer.pos));
    writer.truncate(0);
    return bytes;
  }

  /** Takes the frame's payload out of the buffer, to be sent piece by piece. */
  #divert(start: number): LargeMessage {
    const { writer } = this;
    const bytes = new Uint8Array(writer.buffer.subarray(start + headerBytes, writer.pos));
    const message: LargeMessage = {
      id: callId(writer.buffer, start),
      kind: kindAndFlags(writer.buffer, start),
      bytes,
      sent: 0,
      onStart: undefined,
      onSent: undefined,
    };
    writer.truncate(start);
    this.#large += bytes.length;
    this.#waiting.push(message);
    this.#admit();
    return message;
  }

  /**
   * Lets waiting messages take turns. Those that do are together no larger than one message may be, so that the peer's
   * memory for unfinished messages always suffices.
   */
  #admit(): void {
    let size = 0;
    for (const { bytes } of this.#taking) size += bytes.length;
    while (this.#waiting.length > 0) {
      size += this.#waiting[0]!.bytes.length;
      if (size > this.#maxMessage && this.#taking.length > 0) return;
      this.#taking.push(this.#waiting.shift()!);
    }
  }

  #writeLarge(): void {
    while (this.#taking.length > 0 && this.writer.pos + this.#stream.writableLength < maxAhead) {
      const message = this.#taking.shift()!;
      this.#writePiece(message);
      if (message.sent < message.bytes.length) this.#taking.push(message);
      else this.#admit();
    }
  }

  /** The first piece carries the message's own kind; those after are MESSAGE frames. */
  #writePiece(message: LargeMessage): void {
    if (message.sent === 0 && message.onStart !== undefined) message.id = message.onStart();
    const size = Math.min(this.#maxFrame, message.bytes.length - message.sent);
    const last = message.sent + size === message.bytes.length;
    const start = beginFrame(this.writer, last ? message.kind : message.kind | Flag.MORE, message.id);
    this.writer.raw(message.bytes.subarray(message.sent, message.sent + size));
    endFrame(this.writer, start);
    // A piece of a stream's message costs its credit as the first did.
    message.kind = Kind.MESSAGE | (message.kind & Flag.COUNTED);
    message.sent += size;
    this.#large -= size;
    if (last) message.onSent?.();
  }
}
