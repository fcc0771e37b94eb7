import type { Writer } from "../../bytes/writer.ts";
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

/** A message larger than this keeps the buffer that it was written in: copying it would hold others up. */
const maxCopied = 256 * 1024;

/** Messages that go out in several frames, in turn with each other. */
export class LargeMessages {
  readonly #maxFrame: number;
  readonly #maxMessage: number;
  /** In turn: the first frame of the first comes next, then it goes to the end. */
  #taking: LargeMessage[] = [];
  #waiting: LargeMessage[] = [];
  #unsent = 0;

  /** @param maxFrame - what the peer accepts, both */
  constructor(maxFrame: number, maxMessage: number) {
    this.#maxFrame = maxFrame;
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
    const message: LargeMessage = {
      id: callId(writer.buffer, start),
      kind: kindAndFlags(writer.buffer, start),
      bytes: cut(writer, start),
      sent: 0,
      onStart: undefined,
      onSent: undefined,
    };
    this.#unsent += message.bytes.length;
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
      this.#unsent -= message.bytes.length - message.sent;
      return this.#admit();
    }
  }

  clear(): void {
    this.#taking = [];
    this.#waiting = [];
    this.#unsent = 0;
  }

  /** Writes a frame of the message whose turn it is; there must be one. */
  writePiece(writer: Writer): void {
    const message = this.#taking.shift()!;
    if (message.sent === 0 && message.onStart !== undefined) message.id = message.onStart();
    const size = Math.min(this.#maxFrame, message.bytes.length - message.sent);
    const isLast = message.sent + size === message.bytes.length;
    const start = beginFrame(writer, isLast ? message.kind : message.kind | Flag.MORE, message.id);
    writer.raw(message.bytes.subarray(message.sent, message.sent + size));
    endFrame(writer, start);
    // Those after the first are MESSAGE frames; a piece of a stream's message costs its credit as the first did.
    message.kind = Kind.MESSAGE | (message.kind & Flag.COUNTED);
    message.sent += size;
    this.#unsent -= size;
    if (!isLast) return void this.#taking.push(message);
    message.onSent?.();
    this.#admit();
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
}

/** Takes a frame out of what was written last; returns its payload. */
function cut(writer: Writer, start: number): Uint8Array {
  const from = start + headerBytes;
  if (writer.pos - from <= maxCopied) {
    const payload = new Uint8Array(writer.buffer.subarray(from, writer.pos));
    writer.truncate(start);
    return payload;
  }
  const all = writer.take();
  writer.raw(all.subarray(0, start));
  return all.subarray(from);
}
