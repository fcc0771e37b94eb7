import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../../bytes/writer.ts";
import { beginFrame, endFrame, Kind } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";

interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly payload: string;
}

/** Writes down what it is given, as text, since the bytes are only lent. */
class Recorder implements FrameSink {
  readonly frames: Frame[] = [];
  readonly violations: string[] = [];
  onFrame: () => void = () => {};

  frame(kind: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    this.frames.push({ kind, id, payload: Buffer.from(bytes.subarray(start, end)).toString("hex") });
    this.onFrame();
  }

  onViolation(reason: string): void {
    this.violations.push(reason);
  }
}

function encode(frames: readonly Frame[]): Uint8Array {
  const writer = new Writer();
  for (const { kind, id, payload } of frames) {
    const start = beginFrame(writer, kind, id);
    writer.raw(Buffer.from(payload, "hex"));
    endFrame(writer, start);
  }
  return writer.take();
}

const maxPayload = 1_000;
const few: readonly Frame[] = [
  { kind: Kind.REQUEST, id: 1, payload: "0102030405" },
  { kind: Kind.CANCEL, id: 0xffff_ffff, payload: "" },
  { kind: Kind.RESPONSE, id: 2, payload: "00".repeat(20) },
  { kind: Kind.PING, id: 0, payload: "0011223344556677" },
];

function read(chunks: readonly Uint8Array[]): Recorder {
  const sink = new Recorder();
  const reader = new FrameReader(sink, maxPayload);
  for (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    reader.push(lent);
    // A chunk is lent: what the reader still needs of it, it must have copied.
    lent.fill(0xee);
  }
  return sink;
}

describe("cutting a stream into frames", () => {
  it("finds the frames of one chunk", () => {
    expect(read([encode(few)]).frames).toEqual(few);
  });

  it("finds them whichever byte the stream is cut at", () => {
    const bytes = encode(few);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)]).frames).toEqual(few);
    }
  });

  it("finds them one byte at a time", () => {
    const bytes = encode(few);
    expect(read(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))).frames).toEqual(few);
  });

  it("finds any frames in any chunks", () => {
    const frame = fc.record({
      kind: fc.integer({ min: 0, max: 255 }),
      id: fc.integer({ min: 0, max: 0xffff_ffff }),
      payload: fc
        .uint8Array({ maxLength: maxPayload })
        .map((payload) => Buffer.from(payload).toString("hex")),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(frame), sizes, (frames, lengths) => {
        const bytes = encode(frames);
        const chunks: Uint8Array[] = [];
        for (let pos = 0; pos < bytes.length;) {
          const end = pos + lengths[chunks.length % lengths.length]!;
          chunks.push(bytes.subarray(pos, end));
          pos = end;
        }
        expect(read(chunks).frames).toEqual(frames);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps what it needs of a frame that is not whole when it gives memory back", () => {
    const sink = new Recorder();
    const reader = new FrameReader(sink, maxPayload);
    for (const byte of encode([...few, ...few])) {
      reader.push(Uint8Array.of(byte));
      reader.trim();
    }
    expect(sink.frames).toEqual([...few, ...few]);
  });
});

describe("a frame that claims too much", () => {
  const tooLong = Uint8Array.of(0, 3, 0xe9, Kind.REQUEST, 0, 0, 0, 5);

  it("takes a frame of exactly the limit", () => {
    const frames = [{ kind: Kind.REQUEST, id: 5, payload: "ab".repeat(maxPayload) }];
    expect(read([encode(frames)]).frames).toEqual(frames);
  });

  it("is refused as soon as its header is there, whichever byte it is cut at", () => {
    for (let cut = 0; cut <= tooLong.length; cut++) {
      const sink = read([tooLong.subarray(0, cut), tooLong.subarray(cut)]);
      expect(sink.violations).toEqual([
        "REQUEST frame of 1001 bytes is larger than the 1000 agreed (option maxFrameBytes)",
      ]);
    }
  });

  it("ends reading: what comes behind it is dropped", () => {
    const sink = read([encode(few), tooLong, encode(few)]);
    expect(sink.frames).toEqual(few);
    expect(sink.violations).toHaveLength(1);
  });

  it("delivers what came before it in the same chunk", () => {
    const sink = read([Buffer.concat([encode(few), tooLong, encode(few)])]);
    expect(sink.frames).toEqual(few);
    expect(sink.violations).toHaveLength(1);
  });
});

describe("a frame that its sink finds broken", () => {
  it.each([1, 8, 1_000])("ends reading, in chunks of %i bytes", (size) => {
    const sink = new Recorder();
    sink.onFrame = () => {
      if (sink.frames.length === 2) throw new Error("no call 4294967295");
    };
    const reader = new FrameReader(sink, maxPayload);
    const bytes = encode(few);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(sink.frames).toEqual(few.slice(0, 2));
    expect(sink.violations).toEqual(["CANCEL frame: no call 4294967295"]);
  });
});

describe("pausing", () => {
  /** Pauses after each frame and resumes when the chunk is done, again and again. */
  function readInTurns(chunks: readonly Uint8Array[]): { sink: Recorder; most: number } {
    const sink = new Recorder();
    const reader = new FrameReader(sink, maxPayload);
    let atOnce = 0;
    let most = 0;
    sink.onFrame = () => {
      atOnce++;
      reader.pause();
    };
    const count = (step: () => void): boolean => {
      atOnce = 0;
      step();
      most = Math.max(most, atOnce);
      return atOnce > 0;
    };
    for (const chunk of chunks) {
      let paused = count(() => reader.push(chunk));
      while (paused) paused = count(() => reader.resume());
    }
    return { sink, most };
  }

  it("delivers no frame more, and all after it has resumed, whichever byte the stream is cut at", () => {
    const bytes = encode(few);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { sink, most } = readInTurns([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(sink.frames).toEqual(few);
      expect(most).toBe(1);
    }
  });

  it("keeps half a frame that came before the pause", () => {
    const sink = new Recorder();
    const reader = new FrameReader(sink, maxPayload);
    const bytes = encode(few);
    reader.push(bytes.subarray(0, 3));
    reader.pause();
    reader.resume();
    reader.push(bytes.subarray(3));
    expect(sink.frames).toEqual(few);
  });

  it("delivers nothing after it was stopped in a frame", () => {
    const sink = new Recorder();
    const reader = new FrameReader(sink, maxPayload);
    sink.onFrame = () => reader.stop();
    const bytes = encode(few);
    reader.push(bytes.subarray(0, bytes.length - 4));
    reader.resume();
    reader.push(bytes.subarray(bytes.length - 4));
    expect(sink.frames).toEqual(few.slice(0, 1));
  });
});

describe("memory", () => {
  it("grows by what arrives, not by what a header claims", () => {
    const large = 16 * 1024 * 1024 - 1;
    const readers = Array.from({ length: 200 }, () => new FrameReader(new Recorder(), large));
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers) reader.push(Uint8Array.of(0xff, 0xff, 0xff, Kind.REQUEST, 0, 0, 0, 1, 0));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });

  it("is a buffer of its own for a large frame that straddles chunks, and for no other", () => {
    const payload = "ab".repeat(20_000);
    const frames = [1, 2, 3].map((id) => ({ kind: Kind.MESSAGE, id, payload: id === 2 ? payload : "01" }));
    const bytes = encode(frames);
    for (const cut of [9, 12, 16, 17, 18, 3_000, 20_016]) {
      const found: [own: boolean, spare: number][] = [];
      const reader = new FrameReader(
        {
          frame: (_kind, _id, chunk, _start, end) =>
            found.push([reader.isOwn, chunk.buffer.byteLength - end]),
          onViolation: (reason) => expect.unreachable(reason),
        },
        20_000,
      );
      reader.push(bytes.slice(0, cut));
      reader.push(bytes.slice(cut, cut + 5_000));
      reader.push(bytes.slice(cut + 5_000));
      expect(found.map(([own]) => own)).toEqual([false, true, false]);
      // With nothing beside it, but where so little came at first that the header was not believed.
      if (cut >= 3_000) expect(found[1]![1]).toBe(0);
    }
  });

  it("is let go after a large frame that straddled chunks", () => {
    const bytes = encode([{ kind: Kind.RESPONSE, id: 1, payload: "00".repeat(100_000) }]);
    const buffers = new Set<ArrayBufferLike>();
    const sink: FrameSink = {
      frame: (_kind, _id, chunk) => buffers.add(chunk.buffer),
      onViolation: (reason) => expect.unreachable(reason),
    };
    const reader = new FrameReader(sink, 100_000);
    for (let round = 0; round < 2; round++) {
      reader.push(bytes.subarray(0, 50_000));
      reader.push(bytes.subarray(50_000));
    }
    // The same buffer twice would be one that was kept between the two.
    expect(buffers.size).toBe(2);
  });
});
