import type { Socket } from "node:net";

const headerSize = 8;
const roomy = 64 * 1024;

/** Frames of `u32 length, u32 call id, body`, written to the socket once per turn of the event loop. */
export class FrameWriter {
  buffer: Buffer = Buffer.allocUnsafe(roomy);
  position = 0;
  readonly #socket: Socket;
  readonly #spare: Buffer[] = [];
  #scheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Makes room for a body of at most `size` bytes; returns where the frame starts. */
  open(size: number): number {
    const start = this.position;
    if (start + headerSize + size > this.buffer.length) this.#grow(start + headerSize + size);
    this.position = start + headerSize;
    return start;
  }

  close(start: number, id: number): void {
    this.buffer.writeUInt32BE(this.position - start - headerSize, start);
    this.buffer.writeUInt32BE(id, start + 4);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    const full = this.buffer;
    this.#socket.write(full.subarray(0, this.position), () => this.#spare.push(full));
    this.buffer = this.#spare.pop() ?? Buffer.allocUnsafe(roomy);
    this.position = 0;
  };
}

/** Bytes that arrived together, and the same as one character per byte. */
export interface Received {
  readonly buffer: Buffer;
  readonly text: string;
}

/** Calls `onFrame` with each whole frame's place in what the socket received. */
export function readFrames(
  socket: Socket,
  onFrame: (received: Received, start: number, end: number, id: number) => void,
): void {
  let rest: Buffer | undefined;
  socket.on("data", (chunk: Buffer) => {
    const buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const received = { buffer, text: buffer.toString("latin1") };
    let position = 0;
    while (position + headerSize <= buffer.length) {
      const start = position + headerSize;
      const end = start + buffer.readUInt32BE(position);
      if (end > buffer.length) break;
      onFrame(received, start, end, buffer.readUInt32BE(position + 4));
      position = end;
    }
    rest = position === buffer.length ? undefined : buffer.subarray(position);
  });
}
