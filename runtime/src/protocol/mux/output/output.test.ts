import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { Writer } from "../../../bytes/writer.ts";
import { Kind } from "../frames/frame.ts";
import { parseFrames, ScriptedPeer, turn } from "../scripted-peer.fixture.ts";
import { Output } from "./output.ts";

const KiB = 1024;
const maxFrame = 64 * KiB;

interface Bench {
  readonly peer: ScriptedPeer;
  readonly output: Output;
  readonly onRoom: ReturnType<typeof vi.fn>;
}

function bench(maxUnsent = 1024 * KiB, maxMessage = 4096 * KiB): Bench {
  const peer = new ScriptedPeer();
  const onRoom = vi.fn();
  const limits = { maxUnsent, maxFrame, maxMessage };
  const output = new Output(peer, limits, { onRoom, onCalm: () => {} });
  peer.on("data", (chunk: Buffer) => {
    for (const { payload } of parseFrames(chunk)) output.onPong(Buffer.from(payload, "hex"), 0, 8);
  });
  return { peer, output, onRoom };
}

/** Writes a frame whose payload is one byte again and again. */
function write(output: Output, kind: number, id: number, length: number, fill = id): void {
  const start = output.begin(kind, id);
  output.writer.raw(new Uint8Array(length).fill(fill));
  output.finish(start);
}

/** `REQUEST 1 x3`: kind, id and payload length of each frame. */
function shapes(peer: ScriptedPeer): string[] {
  return peer.frames().map(({ kind, id, payload }) => `${kind} ${id} x${payload.length / 2}`);
}

describe("small frames", () => {
  it("leave together, in one write and in order", async () => {
    const { peer, output } = bench();
    write(output, Kind.REQUEST, 1, 3);
    output.short(Kind.CANCEL, 1);
    write(output, Kind.REQUEST, 2, 0);
    expect(peer.writes).toHaveLength(0);
    await turn();
    expect(peer.writes).toHaveLength(1);
    expect(shapes(peer)).toEqual(["REQUEST 1 x3", "CANCEL 1 x0", "REQUEST 2 x0"]);
  });

  it("leave before the turn ends where they are told to, and the rest at its end", async () => {
    const { peer, output } = bench();
    output.sendBatch();
    expect(peer.writes).toHaveLength(0);
    write(output, Kind.REQUEST, 1, 3);
    write(output, Kind.REQUEST, 2, 0);
    expect(output.waiting).toBe(2);
    output.sendBatch();
    expect(output.waiting).toBe(0);
    expect(shapes(peer)).toEqual(["REQUEST 1 x3", "REQUEST 2 x0"]);
    write(output, Kind.REQUEST, 3, 1);
    await turn();
    expect(peer.writes).toHaveLength(2);
    expect(output.epoch).toBe(2);
  });

  it("are whole also where their values end the connection", async () => {
    const { peer, output } = bench();
    const start = output.begin(Kind.REQUEST, 1);
    output.end(() => {});
    output.writer.raw(new Uint8Array(3));
    output.finish(start);
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 1 x3"]);
    expect(peer.writableEnded).toBe(true);
  });

  it("that are taken back while the connection ends do not keep it open", async () => {
    const { peer, output } = bench();
    const start = output.begin(Kind.REQUEST, 1);
    output.end(() => {});
    output.undo(start);
    await turn();
    expect(peer.writes).toEqual([]);
    expect(peer.writableEnded).toBe(true);
  });

  it("of promises settled in the same turn leave with the others", async () => {
    const { peer, output } = bench();
    process.nextTick(() => write(output, Kind.RESPONSE, 1, 1));
    process.nextTick(() => void Promise.resolve().then(() => write(output, Kind.RESPONSE, 2, 1)));
    await turn();
    expect(peer.frames()).toHaveLength(2);
    expect(peer.writes.length).toBeLessThanOrEqual(2);
  });

  it("count each write, so that what is still here can be told from what is on its way", async () => {
    const { output } = bench();
    const before = output.epoch;
    write(output, Kind.REQUEST, 1, 1);
    expect(output.epoch).toBe(before);
    await turn();
    expect(output.epoch).toBe(before + 1);
    await turn();
    expect(output.epoch).toBe(before + 1);
  });

  it("are not touched after they were written: the stream may hold on to them", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    for (let id = 1; id <= 3; id++) {
      write(output, Kind.REQUEST, id, 100 * id);
      await turn();
    }
    peer.takeAll();
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 1 x100", "REQUEST 2 x200", "REQUEST 3 x300"]);
    for (const { id, payload } of peer.frames()) expect(payload).toMatch(new RegExp(`^(0${id})+$`));
  });
});

describe("connections that share writers", () => {
  it("send each their own, also where one is in the middle of a frame while others write and are flushed", async () => {
    const [a, b, c] = [bench(), bench(), bench()];
    const start = a.output.begin(Kind.REQUEST, 1);
    a.output.writer.raw(new Uint8Array(10).fill(1));
    write(b.output, Kind.REQUEST, 2, 20);
    write(c.output, Kind.REQUEST, 3, 30);
    await turn();
    // A stream that is gone while a frame of it is being written does not hand its writer to others.
    a.output.discard();
    write(b.output, Kind.REQUEST, 4, 40);
    a.output.writer.raw(new Uint8Array(10).fill(1));
    await turn();
    a.output.undo(start);
    write(c.output, Kind.REQUEST, 5, 50);
    await turn();
    expect(shapes(a.peer)).toEqual([]);
    expect(shapes(b.peer)).toEqual(["REQUEST 2 x20", "REQUEST 4 x40"]);
    expect(shapes(c.peer)).toEqual(["REQUEST 3 x30", "REQUEST 5 x50"]);
    for (const { id, payload } of [...b.peer.frames(), ...c.peer.frames()])
      expect(payload).toMatch(new RegExp(`^(0${id})+$`));
  });

  it("have none while they send nothing", async () => {
    const { output } = bench();
    write(output, Kind.REQUEST, 1, 100 * KiB);
    await turn();
    const large = 60 * KiB;
    write(output, Kind.REQUEST, 2, large);
    const { writer } = output;
    await turn();
    // The next that writes gets the one that was given back last.
    const other = bench().output;
    expect(other.writer).toBe(writer);
    expect(other.unsent).toBe(0);
  });
});

describe("what streams write", () => {
  it("leaves before the end of the turn where it is much", () => {
    const { peer, output } = bench();
    for (let i = 0; i < 100; i++) {
      write(output, Kind.MESSAGE, 1, 1_000);
      output.relieve();
    }
    expect(peer.writes).toHaveLength(1);
    expect(peer.writes[0]!.length).toBeGreaterThanOrEqual(60 * KiB);
    expect(peer.writes[0]!.length).toBeLessThanOrEqual(64 * KiB);
  });

  it("is at most 256 KiB a turn, even where the stream takes all at once", async () => {
    const peer = new ScriptedPeer();
    const limits = { maxUnsent: 1024 * KiB, maxFrame, maxMessage: 1024 * KiB };
    let turns = 0;
    let sent = 0;
    const output = new Output(peer, limits, { onRoom: () => {}, onCalm: () => pump() });
    const pump = (): void => {
      turns++;
      const before = sent;
      while (sent < 1_500 && !output.isBusy) {
        write(output, Kind.MESSAGE, 1, 1_000, 1 + (sent++ % 9));
        output.relieve();
      }
      expect(sent - before).toBeLessThan(270);
    };
    pump();
    for (let i = 0; i < 40; i++) await nextTurn();
    expect(sent).toBe(1_500);
    expect(turns).toBeGreaterThanOrEqual(6);
    expect(peer.frames().map(({ payload }) => Number(payload.slice(0, 2)))).toEqual(
      Array.from({ length: 1_500 }, (_, i) => 1 + (i % 9)),
    );
  });

  it("arrives as it was written, whether the system takes it at once or not", async () => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const accepted = once(server, "connection");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [[far]] = (await Promise.all([accepted, once(socket, "connect")])) as [[Socket], unknown];
    try {
      far.pause();
      const limits = { maxUnsent: 1024 * KiB, maxFrame, maxMessage: 1024 * KiB };
      const output = new Output(socket, limits, { onRoom: () => {}, onCalm: () => {} });
      let sent = 0;
      const next = async (): Promise<void> => {
        write(output, Kind.MESSAGE, sent, 50_000, 1 + (sent++ % 255));
        output.relieve();
        if (sent % 3 === 0) await nextTurn();
      };
      while (socket.writableLength === 0 && sent < 10_000) await next();
      expect(socket.writableLength).toBeGreaterThan(0);
      for (let i = 0; i < 10; i++) await next();
      const chunks: Buffer[] = [];
      far.on("data", (chunk: Buffer) => chunks.push(chunk));
      far.resume();
      output.end(() => {});
      await once(far, "end");
      const frames = parseFrames(Buffer.concat(chunks));
      expect(frames).toHaveLength(sent);
      frames.forEach(({ id, payload }, i) => {
        expect(id).toBe(i);
        expect(payload === (1 + (i % 255)).toString(16).padStart(2, "0").repeat(50_000)).toBe(true);
      });
    } finally {
      socket.destroy();
      far.destroy();
      server.close();
    }
  });
});

describe("a frame that is taken back", () => {
  it("leaves what was before it, and no more memory than before", async () => {
    const { peer, output } = bench();
    const capacity = output.writer.buffer.length;
    const start = output.begin(Kind.REQUEST, 1);
    output.writer.raw(new Uint8Array(2048 * KiB));
    output.undo(start);
    expect(output.writer.buffer.length).toBeLessThanOrEqual(capacity);
    write(output, Kind.REQUEST, 2, 3);
    output.undo(output.begin(Kind.REQUEST, 3));
    await turn();
    expect(shapes(peer)).toEqual(["REQUEST 2 x3"]);
  });
});

describe("a message over the frame limit", () => {
  it.each([
    [maxFrame, [`REQUEST 7 x${maxFrame}`]],
    [maxFrame + 1, [`REQUEST+MORE 7 x${maxFrame}`, "MESSAGE 7 x1"]],
    [2 * maxFrame, [`REQUEST+MORE 7 x${maxFrame}`, `MESSAGE 7 x${maxFrame}`]],
    [2 * maxFrame + 5, [`REQUEST+MORE 7 x${maxFrame}`, `MESSAGE+MORE 7 x${maxFrame}`, "MESSAGE 7 x5"]],
  ])("of %i bytes goes out in pieces", async (length, expected) => {
    const { peer, output } = bench();
    write(output, Kind.REQUEST, 7, length);
    await turn();
    expect(shapes(peer)).toEqual(expected);
  });

  it("arrives whole", async () => {
    const { peer, output } = bench();
    const message = Uint8Array.from({ length: 3 * maxFrame + 77 }, (_, i) => i * 31);
    const start = output.begin(Kind.RESPONSE, 1);
    output.writer.raw(message);
    output.finish(start);
    await turn();
    const sent = Buffer.concat(peer.frames().map(({ payload }) => Buffer.from(payload, "hex")));
    expect(sent.equals(message)).toBe(true);
  });

  it("takes turns with other large ones, behind the small ones of its turn", async () => {
    const { peer, output } = bench();
    write(output, Kind.REQUEST, 1, 2 * maxFrame);
    write(output, Kind.REQUEST, 2, 2 * maxFrame);
    write(output, Kind.REQUEST, 3, 10);
    await turn();
    expect(shapes(peer).map((shape) => shape.split(" x")[0])).toEqual([
      "REQUEST 3",
      "REQUEST+MORE 1",
      "REQUEST+MORE 2",
      "MESSAGE 1",
      "MESSAGE 2",
    ]);
  });

  it("is never more than 256 KiB ahead of the stream, and lets small frames pass", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 2048 * KiB);
    await turn();
    expect(peer.writableLength).toBeLessThanOrEqual(256 * KiB + maxFrame + 64);
    write(output, Kind.REQUEST, 2, 1);
    await turn();
    for (let writes = 0; writes < 20; writes++) {
      peer.takeOne();
      await turn();
      expect(peer.writableLength).toBeLessThanOrEqual(256 * KiB + maxFrame + 64);
    }
    const frames = peer.frames();
    expect(frames.findIndex(({ id }) => id === 2)).toBeLessThan(8);
    expect(frames.reduce((sum, { payload }) => sum + payload.length / 2, 0)).toBe(2048 * KiB + 1);
  });

  it("goes on when the stream has taken what lay before it", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    for (let id = 1; id <= 10; id++) write(output, Kind.REQUEST, id, 32 * KiB);
    await turn();
    write(output, Kind.REQUEST, 11, 2 * maxFrame);
    await turn();
    expect(shapes(peer)).toHaveLength(10);
    peer.takeAll();
    await turn();
    expect(shapes(peer).slice(10)).toEqual([`REQUEST+MORE 11 x${maxFrame}`, `MESSAGE 11 x${maxFrame}`]);
  });

  it("waits until those before it leave room in the peer's memory of one message", async () => {
    const { peer, output } = bench(1e9, 3 * maxFrame);
    for (const id of [1, 2, 3]) write(output, Kind.REQUEST, id, 2 * maxFrame);
    await turn();
    const order = peer.frames().map(({ id }) => id);
    expect(order).toEqual([1, 1, 2, 2, 3, 3]);
  });
});

describe("a message of mebibytes", () => {
  const size = 2048 * KiB;

  it("is announced, and waits for a peer that does not confirm; small frames do not", async () => {
    const { peer, output } = bench();
    peer.confirms = false;
    write(output, Kind.REQUEST, 1, size);
    await turn();
    const before = peer.allFrames();
    expect(before[0]).toEqual({ kind: "SIZE", id: 1, payload: "80808001" });
    expect(before.map(({ payload }) => payload.length / 2).reduce((a, b) => a + b)).toBeLessThan(300 * KiB);
    write(output, Kind.REQUEST, 2, 1);
    await turn();
    expect(peer.allFrames().at(-1)).toMatchObject({ kind: "REQUEST", id: 2 });
    peer.confirms = true;
    for (const { kind, payload } of before)
      if (kind === "PING") output.onPong(Buffer.from(payload, "hex"), 0, 8);
    await turn();
    expect(output.unsent).toBe(0);
  });

  it("does not wait once so much is unsent that its sender may have stopped reading", async () => {
    const { peer, output } = bench(100 * KiB);
    peer.confirms = false;
    write(output, Kind.RESPONSE, 1, size);
    write(output, Kind.RESPONSE, 2, size);
    expect(output.isFull).toBe(true);
    await turn();
    expect(output.unsent).toBeLessThan(size);
  });

  it("does not wait either where its sender learns of it later, and stops reading then", async () => {
    const { peer, output, onRoom } = bench(100 * KiB);
    peer.confirms = false;
    write(output, Kind.RESPONSE, 1, size);
    write(output, Kind.RESPONSE, 2, size);
    await turn();
    expect(output.unsent).toBeGreaterThan(size);
    expect(output.isFull).toBe(true);
    await vi.waitFor(() => expect(onRoom).toHaveBeenCalledTimes(1), 10_000);
    expect(output.unsent).toBeLessThan(size);
  });

  it("is copied before its sender goes on, and arrives as it was", async () => {
    const { peer, output } = bench();
    output.writer.spliceAbove = maxFrame;
    const bytes = Uint8Array.from({ length: 700 * KiB }, (_, i) => i * 31);
    const start = output.begin(Kind.RESPONSE, 1);
    output.writer.byte(1).bytes(bytes).byte(2);
    output.finish(start);
    const expected = new Writer().byte(1).bytes(bytes).byte(2).take();
    bytes.fill(0);
    await turn();
    const sent = Buffer.concat(peer.frames().map(({ payload }) => Buffer.from(payload, "hex")));
    expect(sent.equals(expected)).toBe(true);
  });
});

describe("a PING", () => {
  const ping = (n: number): Uint8Array => new Uint8Array(8).fill(n);

  it("that comes while too much is unsent is answered when there is room", async () => {
    const { peer, output } = bench(100 * KiB);
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 200 * KiB);
    write(output, Kind.REQUEST, 2, 200 * KiB);
    output.pong(ping(1), 0, 8);
    output.pong(ping(2), 0, 8);
    await turn();
    peer.takeAll();
    await turn();
    const pongs = peer.frames().filter(({ kind }) => kind === "PONG");
    expect(pongs.map(({ payload }) => payload)).toEqual(["01".repeat(8), "02".repeat(8)]);
  });

  it("is kept no more than 256 times", async () => {
    const { peer, output } = bench(100 * KiB);
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 200 * KiB);
    write(output, Kind.REQUEST, 2, 200 * KiB);
    for (let i = 0; i < 1_000; i++) output.pong(ping(1), 0, 8);
    await turn();
    peer.takeAll();
    await turn();
    expect(peer.frames().filter(({ kind }) => kind === "PONG")).toHaveLength(256);
  });
});

describe("the start of a large message", () => {
  it("is told when its first frame goes out, which takes the id that it is given then", async () => {
    const { peer, output } = bench();
    const start = output.begin(Kind.REQUEST, 1);
    output.writer.raw(new Uint8Array(3 * maxFrame));
    const message = output.finish(start)!;
    const onStart = vi.fn(() => 9);
    message.onStart = onStart;
    write(output, Kind.REQUEST, 2, 1);
    expect(onStart).not.toHaveBeenCalled();
    await turn();
    expect(onStart).toHaveBeenCalledTimes(1);
    expect(peer.frames().map(({ id }) => id)).toEqual([2, 9, 9, 9]);
  });

  it("waits while the stream is behind", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    for (let id = 1; id <= 5; id++) write(output, Kind.REQUEST, id, 60 * KiB);
    await turn();
    const start = output.begin(Kind.REQUEST, 6);
    output.writer.raw(new Uint8Array(2 * maxFrame));
    const onStart = vi.fn(() => 6);
    output.finish(start)!.onStart = onStart;
    await turn();
    expect(onStart).not.toHaveBeenCalled();
    peer.takeAll();
    await turn();
    expect(onStart).toHaveBeenCalledTimes(1);
  });
});

describe("dropping a large message", () => {
  it("of which nothing was written leaves no trace", async () => {
    const { peer, output } = bench();
    write(output, Kind.REQUEST, 1, 2 * maxFrame);
    write(output, Kind.REQUEST, 2, 2 * maxFrame);
    output.drop(1);
    await turn();
    expect(peer.frames().map(({ id }) => id)).toEqual([2, 2]);
    expect(output.unsent).toBe(0);
  });

  it("halfway writes no more of it", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 16 * maxFrame);
    await turn();
    output.drop(1);
    const before = peer.writableLength;
    expect(output.unsent).toBe(before);
    peer.takeAll();
    await turn();
    expect(Buffer.concat(peer.writes)).toHaveLength(before);
  });

  it("admits those that waited for it", async () => {
    const { peer, output } = bench(1e9, 3 * maxFrame);
    peer.stuck = true;
    for (const id of [1, 2, 3]) write(output, Kind.REQUEST, id, 2 * maxFrame);
    output.drop(1);
    output.drop(2);
    peer.takeAll();
    await turn();
    expect(peer.frames().map(({ id }) => id)).toEqual([3, 3]);
  });
});

describe("the bound of what is unsent", () => {
  it("counts what is buffered, waits in pieces, or lies in the stream", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 100);
    expect(output.unsent).toBe(108);
    await turn();
    expect(output.unsent).toBe(108);
    write(output, Kind.REQUEST, 2, 20 * maxFrame);
    expect(output.unsent).toBe(108 + 20 * maxFrame);
    peer.takeAll();
    await turn();
    expect(output.unsent).toBe(0);
  });

  it("tells once when there is room again", async () => {
    const { peer, output, onRoom } = bench(100 * KiB);
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 60 * KiB);
    expect(output.isFull).toBe(false);
    write(output, Kind.REQUEST, 2, 60 * KiB);
    expect(output.isFull).toBe(true);
    await turn();
    expect(onRoom).not.toHaveBeenCalled();
    peer.takeAll();
    await turn();
    expect(output.isFull).toBe(false);
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it("tells also where it was found full only after everything was written", async () => {
    const { peer, output, onRoom } = bench(100 * KiB);
    peer.stuck = true;
    write(output, Kind.REQUEST, 1, 60 * KiB);
    write(output, Kind.REQUEST, 2, 60 * KiB);
    await turn();
    expect(output.isFull).toBe(true);
    peer.takeAll();
    await turn();
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it("tells when what made it full was dropped", async () => {
    const { output, onRoom } = bench(100 * KiB);
    write(output, Kind.REQUEST, 1, 200 * KiB);
    write(output, Kind.REQUEST, 2, 200 * KiB);
    expect(output.isFull).toBe(true);
    output.drop(1);
    await turn();
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it("is not reached by one large message, which holds up nothing behind it", async () => {
    const { peer, output } = bench();
    peer.stuck = true;
    write(output, Kind.RESPONSE, 1, 3000 * KiB);
    await turn();
    expect(output.isFull).toBe(false);
    write(output, Kind.RESPONSE, 2, 1);
    peer.takeOne();
    await turn();
    peer.takeOne();
    await turn();
    expect(shapes(peer)).toContain("RESPONSE 2 x1");
    expect(shapes(peer).filter((shape) => shape.includes(" 1 ")).length).toBeLessThan(15);
  });

  it("says nothing where nobody found it full", async () => {
    const { output, onRoom } = bench(100 * KiB);
    write(output, Kind.REQUEST, 1, 2 * maxFrame);
    await turn();
    expect(onRoom).not.toHaveBeenCalled();
  });
});

describe("the end", () => {
  it("comes behind everything written, large messages included", async () => {
    const { peer, output } = bench();
    const onEnded = vi.fn();
    peer.stuck = true;
    write(output, Kind.RESPONSE, 1, 10 * maxFrame);
    write(output, Kind.RESPONSE, 2, 1);
    output.end(onEnded);
    await turn();
    expect(peer.writableEnded).toBe(false);
    peer.takeAll();
    await turn();
    expect(peer.writableFinished).toBe(true);
    expect(onEnded).toHaveBeenCalledTimes(1);
    const marks = peer.allFrames().filter(({ kind }) => kind === "PING").length * 16;
    expect(Buffer.concat(peer.writes).length - marks).toBe(10 * maxFrame + 1 + 11 * 8);
  });

  it("is told only when the last byte has left", async () => {
    const { peer, output } = bench();
    const onEnded = vi.fn();
    peer.stuck = true;
    write(output, Kind.RESPONSE, 1, 10);
    output.end(onEnded);
    await turn();
    expect(onEnded).not.toHaveBeenCalled();
    peer.takeAll();
    await turn();
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  it("takes nothing more, and holds on to nothing", async () => {
    const { peer, output } = bench();
    output.end(() => {});
    await turn();
    write(output, Kind.PONG, 0, 8);
    write(output, Kind.RESPONSE, 3, 3 * maxFrame);
    await turn();
    expect(peer.writes).toHaveLength(0);
    expect(output.unsent).toBe(0);
  });

  it("of a stream that was destroyed lets go of everything", async () => {
    const { peer, output, onRoom } = bench(100 * KiB);
    peer.stuck = true;
    write(output, Kind.RESPONSE, 1, 40 * maxFrame);
    await turn();
    expect(output.isFull).toBe(true);
    peer.destroy();
    output.discard();
    write(output, Kind.RESPONSE, 2, 40 * maxFrame);
    await turn();
    expect(output.unsent - peer.writableLength).toBe(0);
    expect(output.writer.buffer.length).toBeLessThan(2 * KiB);
    expect(onRoom).not.toHaveBeenCalled();
  });
});
