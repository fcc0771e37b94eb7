import type { Writer } from "../../../bytes/writer.ts";
import { beginFrame, callId, endFrame, Flag, Kind, kindAndFlags } from "../frames/frame.ts";
import { Pacer } from "./pacer.ts";
import { cutOut } from "./pieces.ts";

/** A message that is larger than a frame, on its way out. */
export interface LargeMessage {
  id: number;
  /** Its payload, each but the last of the same length. */
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  /** Kind and flags of its next frame. */
  kind: number;
  /** Pieces and bytes of it that have been written. */
  piecesSent: number;
  sent: number;
  /** Called when its first frame is written, maybe long after the message was; returns the id to go by. */
  onStart: (() => number) | undefined;
  /** Called when its last frame is written. */
  onSent: (() => void) | undefined;
}

/** Bytes of a piece, where the peer takes as many: what goes out between two pieces waits for one. */
const maxPiece = 64 * 1024;
/** Of a message as large as this the peer learns the size beforehand, which spares it moving what has come to ever larger buffers. */
const announcedFrom = 1024 * 1024;

/** Messages that go out in several frames, in turn with each other, and no faster than the peer confirms. */
export class LargeMessages {
  readonly #maxPiece: number;
  readonly #maxMessage: number;
  /** In turn: the first frame of the first comes next, then it goes to the end. */
  #taking: LargeMessage[] = [];
  #waiting: LargeMessage[] = [];
  #unsent = 0;
  /** Made when it is needed: an idle connection holds little. */
  #pacer: Pacer | undefined;

  /** @param maxFrame - what the peer accepts, both */
  constructor(maxFrame: number, maxMessage: number) {
    this.#maxPiece = Math.min(maxFrame, maxPiece);
    this.#maxMessage = maxMessage;
  }

  /** Bytes of all of them that are not written. */
  get unsent(): number {
    return this.#unsent;
  }

  get count(): number {
    return this.#taking.length + this.#waiting.length;
  }

  /** Takes the payload of the frame that starts at `start` out of the buffer. */
  divert(writer: Writer, start: number): LargeMessage {
    const [id, kind] = [callId(writer.buffer, start), kindAndFlags(writer.buffer, start)];
    const pieces = cutOut(writer, start, this.#maxPiece);
    const message: LargeMessage = {
      id,
      kind,
      pieces,
      size: pieces.reduce((size, piece) => size + piece.length, 0),
      piecesSent: 0,
      sent: 0,
      onStart: undefined,
      onSent: undefined,
    };
    this.#unsent += message.size;
    this.#waiting.push(message);
    this.#admit();
    return message;
  }

  /** Drops what is left of a call's message. */
  drop(id: number): void {
    if (this.#unsent === 0) return;
    const message = [...this.#taking, ...this.#waiting].find((each) => each.id === id);
    if (message !== undefined) this.withdraw(message);
  }

  /** Drops what is left of a message that is on its way. */
  withdraw(message: LargeMessage): void {
    for (const list of [this.#taking, this.#waiting]) {
      const index = list.indexOf(message);
      if (index < 0) continue;
      list.splice(index, 1);
      this.#unsent -= message.size - message.sent;
      return this.#admit();
    }
  }

  clear(): void {
    this.#taking = [];
    this.#waiting = [];
    this.#unsent = 0;
  }

  /** Whether the next piece may go out: enough of those before it is confirmed. */
  get mayGo(): boolean {
    return this.#pacer?.mayGo !== false;
  }

  /** A PONG has come: maybe it confirms pieces. */
  onPong(bytes: Uint8Array, start: number, end: number): void {
    this.#pacer?.onPong(bytes, start, end);
  }

  /** Writes a frame of the message whose turn it is, and the PING that asks whether it has come; there must be one. */
  write(writer: Writer): void {
    const size = this.#writePiece(writer);
    this.#pacer ??= new Pacer();
    const mark = this.#pacer.onSent(size, this.#unsent);
    if (mark === undefined) return;
    const start = beginFrame(writer, Kind.PING, 0);
    writer.raw(mark);
    endFrame(writer, start);
  }

  /** Returns how much of the message is in its frame, in bytes. */
  #writePiece(writer: Writer): number {
    const message = this.#taking.shift()!;
    if (message.sent === 0 && message.onStart !== undefined) message.id = message.onStart();
    if (message.sent === 0 && message.size >= announcedFrom) announce(writer, message);
    const piece = message.pieces[message.piecesSent++]!;
    const isLast = message.piecesSent === message.pieces.length;
    const start = beginFrame(writer, isLast ? message.kind : message.kind | Flag.MORE, message.id);
    writer.raw(piece);
    endFrame(writer, start);
    // Those after the first are MESSAGE frames; a piece of a stream's message costs its credit as the first did.
    message.kind = Kind.MESSAGE | (message.kind & Flag.COUNTED);
    message.sent += piece.length;
    this.#unsent -= piece.length;
    if (isLast) {
      message.onSent?.();
      this.#admit();
    } else this.#taking.push(message);
    return piece.length;
  }

  /**
   * Lets waiting messages take turns. Those that do are together no larger than one message may be, so that the peer's
   * memory for unfinished messages always suffices.
   */
  #admit(): void {
    let size = 0;
    for (const message of this.#taking) size += message.size;
    while (this.#waiting.length > 0) {
      size += this.#waiting[0]!.size;
      if (size > this.#maxMessage && this.#taking.length > 0) return;
      this.#taking.push(this.#waiting.shift()!);
    }
  }
}

function announce(writer: Writer, { id, size }: LargeMessage): void {
  const start = beginFrame(writer, Kind.SIZE, id);
  writer.uint32(size);
  endFrame(writer, start);
}
