import { Duplex } from "node:stream";
import { Writer } from "../../bytes/writer.ts";
import { beginFrame, endFrame, Flag, Kind, kindName } from "./frames/frame.ts";
import { FrameReader } from "./frames/frame-reader.ts";

/** A frame as tests compare it: `"REQUEST+MORE"`, and its payload in hex. */
export interface ScriptedFrame {
  readonly kind: string;
  readonly id: number;
  readonly payload: string;
}

/** As the payload of a PING begins that goes with pieces of large messages. */
const mark = "6d61726b";

function isMark({ kind, payload }: ScriptedFrame): boolean {
  return kind === "PING" && payload.startsWith(mark);
}

/**
 * A connection without a socket whose far end is the test: it sees each write, takes it when it likes, and sends what it likes. By
 * itself it confirms the pieces that it has taken.
 */
export class ScriptedPeer extends Duplex {
  /** What was written, a chunk per write. */
  readonly writes: Buffer[] = [];
  /** While true, the next write is not taken; {@link takeOne} takes it. */
  stuck = false;
  /** Whether marks are answered. */
  confirms = true;
  #pending: (() => void) | undefined;

  /** Takes the write that is stuck; the next is stuck again. */
  takeOne(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.();
  }

  /** Takes all that is stuck and all that comes. */
  takeAll(): void {
    this.stuck = false;
    this.takeOne();
  }

  /** Sends bytes to the near end. */
  send(...chunks: readonly Uint8Array[]): void {
    this.push(Buffer.concat(chunks));
  }

  /** The frames written so far, from an offset of the bytes on; without what only helps large messages on their way. */
  frames(from = 0): ScriptedFrame[] {
    return this.allFrames(from).filter((each) => each.kind !== "SIZE" && !isMark(each));
  }

  allFrames(from = 0): ScriptedFrame[] {
    return parseFrames(Buffer.concat(this.writes).subarray(from));
  }

  override _read(): void {
    // The test pushes.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    const take = (): void => {
      if (this.confirms) this.#confirm(chunk);
      done();
    };
    if (this.stuck) this.#pending = take;
    else take();
  }

  #confirm(chunk: Buffer): void {
    if (!chunk.includes(mark, 0, "hex")) return;
    for (const { payload } of parseFrames(chunk).filter(isMark)) this.send(frame(Kind.PONG, 0, payload));
  }
}

/** A frame's bytes; the payload in hex or as bytes. */
export function frame(kind: number, id: number, payload: string | Uint8Array = ""): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, id);
  writer.raw(typeof payload === "string" ? Buffer.from(payload, "hex") : payload);
  endFrame(writer, start);
  return writer.take();
}

/** Cuts bytes into frames. */
export function parseFrames(bytes: Uint8Array): ScriptedFrame[] {
  const frames: ScriptedFrame[] = [];
  const sink = {
    frame: (kindAndFlags: number, id: number, chunk: Uint8Array, start: number, end: number): void => {
      const flags = Object.entries(Flag).filter(([, bit]) => (kindAndFlags & bit) !== 0);
      const kind = [kindName(kindAndFlags & 0x0f), ...flags.map(([name]) => name)].join("+");
      frames.push({ kind, id, payload: Buffer.from(chunk.subarray(start, end)).toString("hex") });
    },
    onViolation: (reason: string): never => {
      throw new Error(reason);
    },
  };
  new FrameReader(sink, 0xff_ffff).push(bytes);
  return frames;
}

/** Lets everything happen that is due now, and what follows from it in a dozen turns of the event loop. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
}
