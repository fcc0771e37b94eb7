import { once } from "node:events";
import type { Duplex } from "node:stream";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { PortStream } from "./message-port.ts";
import { dialPort, listenPort } from "./worker.ts";

const KiB = 1024;
const never = new AbortController().signal;

/** The two ports of a channel: one for each side. */
function ports(): { readonly here: MessagePort; readonly there: MessagePort } {
  const { port1: here, port2: there } = new MessageChannel();
  onTestFinished(() => here.close());
  return { here, there };
}

/** A listener at one port and a stream dialled at the other. */
async function connected(): Promise<{
  readonly here: Duplex;
  readonly there: Duplex;
  readonly peer: string;
}> {
  const { here: near, there: far } = ports();
  const accepted: [Duplex, string][] = [];
  listenPort(far, (stream, { address }) => accepted.push([stream, address]));
  const here = await dialPort(near, never);
  const [[there, peer]] = accepted as [[Duplex, string]];
  onTestFinished(() => {
    here.on("error", () => {}).destroy();
    there.on("error", () => {}).destroy();
  });
  return { here, there, peer };
}

/** A stream whose other end is the test's own port. */
function scripted(): { readonly stream: PortStream; readonly raw: MessagePort; readonly got: unknown[] } {
  const { here, there } = ports();
  const got: unknown[] = [];
  there.on("message", (message) => got.push(message));
  const stream = new PortStream(here);
  onTestFinished(() => void stream.on("error", () => {}).destroy());
  return { stream, raw: there, got };
}

async function read(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(stream, "end");
  return Buffer.concat(chunks);
}

describe("a stream between the two ports of a channel", () => {
  it("carries bytes both ways, and each side's end by itself; then both are gone", async () => {
    const { here, there, peer } = await connected();
    expect(peer).toBe("MessagePort");
    const closed = Promise.all([once(here, "close"), once(there, "close")]);
    here.end("ping");
    expect((await read(there)).toString()).toBe("ping");
    there.end("pong");
    expect((await read(here)).toString()).toBe("pong");
    await closed;
  });

  it("carries far more than may be on its way at once, in order", async () => {
    const { here, there } = await connected();
    const bytes = Buffer.alloc(3_000 * KiB + 7, "0123456789abcdefg");
    here.write(bytes.subarray(0, 5));
    here.end(bytes.subarray(5));
    expect(Buffer.compare(await read(there), bytes)).toBe(0);
  });

  it("may still be read where the other side has gone after both had ended", async () => {
    const { here, there } = await connected();
    there.end();
    here.end("late");
    here.resume();
    await once(here, "close");
    expect((await read(there)).toString()).toBe("late");
  });

  it("tells either side when the other is destroyed", async () => {
    for (const destroyed of ["here", "there"] as const) {
      const both = await connected();
      const other = destroyed === "here" ? both.there : both.here;
      const failed = once(other, "error");
      both[destroyed].destroy();
      expect(String(await failed)).toContain("the other end of the port was closed, or its thread ended");
    }
  });

  it("holds back a writer whose reader stops, and lets it go on when that reads", async () => {
    const { here, there } = await connected();
    const chunk = Buffer.alloc(64 * KiB);
    let taken = 0;
    const write = (): void => void here.write(chunk, onWritten);
    const onWritten = (error?: Error | null): void => {
      if (error) return;
      taken += chunk.length;
      write();
    };
    write();
    // What arrives on this port later has seen all that was posted before.
    const other = await connected();
    for (let i = 0; i < 20; i++) {
      other.here.write("?");
      await once(other.there, "data");
    }
    expect(taken).toBeLessThanOrEqual(320 * KiB);
    const before = taken;
    there.resume();
    while (taken < before + 4_000 * KiB) await new Promise(setImmediate);
    there.pause();
  });

  it("ends a write that waits for its reader with an error when it is destroyed", async () => {
    const { stream, raw } = scripted();
    raw.postMessage(10);
    await once(stream, "open");
    const written = new Promise<Error | null | undefined>(
      (resolve) => void stream.write(Buffer.alloc(20), resolve),
    );
    stream.destroy();
    expect(await written).toBeInstanceOf(Error);
  });
});

describe("what is posted", () => {
  it("is the bytes alone, not the pool that Node cut them from, and the writer keeps its own", async () => {
    const { stream, raw, got } = scripted();
    raw.postMessage(1_000);
    await once(stream, "open");
    const pooled = Buffer.from("some bytes");
    expect(pooled.buffer.byteLength).toBeGreaterThan(pooled.length);
    stream.write(pooled);
    while (got.length < 2) await new Promise(setImmediate);
    const [, bytes] = got as [number, Uint8Array];
    expect([Buffer.from(bytes).toString(), bytes.buffer.byteLength]).toEqual(["some bytes", 10]);
    expect(pooled.toString()).toBe("some bytes");
  });

  it("is no more than was granted, down to single bytes", async () => {
    const { stream, raw, got } = scripted();
    stream.write("abc");
    for (let i = 1; i <= 3; i++) {
      raw.postMessage(1);
      while (got.length < i + 1) await new Promise(setImmediate);
    }
    expect(got.slice(1).map((bytes) => Buffer.from(bytes as Uint8Array).toString())).toEqual(["a", "b", "c"]);
  });
});

describe("an end that does not keep to the rules", () => {
  it.each([
    ["other messages", ["hello"], "a message that is none of gorpc's: string"],
    ["objects", [{}], "a message that is none of gorpc's: object"],
    ["a grant that is none", [-1], "a grant of -1 bytes"],
    ["a grant of a fraction", [0.5], "a grant of 0.5 bytes"],
    ["bytes after its end", [null, new Uint8Array(1)], "sent bytes after its end"],
    ["more than it may", [new Uint8Array(200 * KiB), new Uint8Array(57 * KiB)], "more than the 262144 bytes"],
  ])("loses the stream: %s", async (_what, messages, reason) => {
    const { stream, raw } = scripted();
    const failed = once(stream, "error");
    for (const message of messages) raw.postMessage(message);
    expect(String(await failed)).toContain(reason);
    await once(raw, "close");
  });
});

describe("dialling a port", () => {
  it("waits for a server that listens later", async () => {
    const { here, there } = ports();
    const dialling = dialPort(here, never);
    await new Promise(setImmediate);
    const listener = listenPort(there, (stream) => stream.on("error", () => {}));
    (await dialling).on("error", () => {}).destroy();
    await listener.close();
  });

  it("is given up with the signal's reason", async () => {
    const { here } = ports();
    const stop = new AbortController();
    const dialling = dialPort(here, stop.signal);
    stop.abort(new Error("no longer"));
    await expect(dialling).rejects.toThrow("no longer");
    await expect(dialPort(here, stop.signal)).rejects.toThrow("no longer");
  });

  it("fails where the port is closed, or its other end", async () => {
    for (const which of ["here", "there"] as const) {
      const both = ports();
      both[which].close();
      await once(both[which], "close");
      await expect(dialPort(both.here, never)).rejects.toThrow("the other end of the port was closed");
    }
  });
});

describe("listening on a port", () => {
  it("leaves the port's other messages to others", async () => {
    const { here, there } = ports();
    const accepted: Duplex[] = [];
    listenPort(there, (stream) => accepted.push(stream));
    const others: unknown[] = [];
    there.on("message", (message) => others.push(message));
    for (const message of ["text", null, { gorpc: "connect" }, { gorpc: "connect", port: 1 }, 7]) {
      here.postMessage(message);
    }
    while (others.length < 5) await new Promise(setImmediate);
    expect(accepted).toEqual([]);
  });

  it("is for one server at a time", async () => {
    const { there } = ports();
    const listener = listenPort(there, () => {});
    expect(() => listenPort(there, () => {})).toThrow("a server listens on this MessagePort already");
    await listener.close();
    await listenPort(there, () => {}).close();
  });
});
