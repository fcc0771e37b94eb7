import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { link, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseAddress } from "./address.ts";
import type { Listener } from "./transport.ts";
import { dial, listen } from "./transports.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-transport-"));
});
afterAll(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;
/** What dials without TLS do not ask for. */
const plain = {
  options: (): never => expect.fail("TLS was asked for"),
  alpn: "none",
  onHandshake: (): never => expect.fail("TLS was spoken"),
};

const addresses: readonly [string, () => string][] = [
  ["tcp", () => "tcp://127.0.0.1:0"],
  ["unix", () => `unix://${join(folder, randomUUID())}`],
  ["memory", () => `memory:${randomUUID()}`],
];

interface Accepted {
  readonly stream: Duplex;
  readonly peer: string;
}

async function listenAt(text: string): Promise<{ listener: Listener; accepted: Accepted[] }> {
  const accepted: Accepted[] = [];
  const listener = await listen(parseAddress(text), (stream, peer) => {
    stream.on("error", () => {});
    accepted.push({ stream, peer: peer.address });
  });
  onTestFinished(async () => {
    await listener.close();
    for (const { stream } of accepted) stream.destroy();
  });
  return { listener, accepted };
}

describe.each(addresses)("%s", (scheme, fresh) => {
  it("carries bytes both ways, and each side's end by itself", async () => {
    const { listener, accepted } = await listenAt(fresh());
    const here = await dial(parseAddress(listener.address), never, plain);
    here.end("ping");
    while (accepted.length === 0) await new Promise(setImmediate);
    const [{ stream: there, peer }] = accepted as [Accepted];
    expect(peer.startsWith(scheme)).toBe(true);
    expect(await read(there)).toBe("ping");
    there.end("pong");
    expect(await read(here)).toBe("pong");
  });

  it("tells either side when the other is destroyed", async () => {
    const { listener, accepted } = await listenAt(fresh());
    for (const which of [0, 1]) {
      const here = await dial(parseAddress(listener.address), never, plain);
      here.on("error", () => {});
      while (accepted.length <= which) await new Promise(setImmediate);
      const { stream: there } = accepted[which]!;
      const [destroyed, other] = which === 0 ? [here, there] : [there, here];
      other.resume();
      const closed = Promise.race([once(other, "close"), once(other, "end")]);
      destroyed.destroy();
      await closed;
      other.destroy();
    }
  });

  it("refuses where nobody listens, and where somebody does already", async () => {
    const { listener } = await listenAt(fresh());
    await expect(listen(parseAddress(listener.address), () => {})).rejects.toThrow();
    await listener.close();
    await listener.close();
    await expect(dial(parseAddress(listener.address), never, plain)).rejects.toThrow();
    const again = await listenAt(listener.address);
    expect(again.listener.address).toBe(listener.address);
  });
});

describe("dialling", () => {
  it("is given up with the signal's reason", async () => {
    const { listener } = await listenAt("tcp://127.0.0.1:0");
    const stop = new AbortController();
    const dialling = dial(parseAddress(listener.address), stop.signal, plain);
    stop.abort(new Error("no longer"));
    await expect(dialling).rejects.toThrow("no longer");
    await expect(dial(parseAddress(listener.address), stop.signal, plain)).rejects.toThrow("no longer");
  });
});

describe("a unix socket's file", () => {
  it("left behind by a process that died is taken over", async () => {
    const path = join(folder, "stale");
    const dead = createServer().listen(path);
    await once(dead, "listening");
    // What a killed process leaves: its file, and nobody behind it.
    const unlinked = join(folder, "kept");
    await link(path, unlinked);
    dead.close();
    await once(dead, "close");
    const { listener } = await listenAt(`unix://${unlinked}`);
    (await dial(parseAddress(listener.address), never, plain)).destroy();
  });

  it("that is no socket is left alone", async () => {
    const path = join(folder, "precious");
    await writeFile(path, "data");
    await expect(listen(parseAddress(`unix://${path}`), () => {})).rejects.toThrow("EADDRINUSE");
    expect(await readFile(path, "utf8")).toBe("data");
  });

  it("goes with its listener", async () => {
    const path = join(folder, "temporary");
    const { listener } = await listenAt(`unix://${path}`);
    await stat(path);
    await listener.close();
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });
});

async function read(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
