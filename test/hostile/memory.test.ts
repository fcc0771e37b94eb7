import { silentLogger } from "@gorpc/runtime";
import { describe, expect, it } from "vitest";
import { deferred, until } from "../e2e/waiting.ts";
import { start } from "../e2e/world.ts";
import { heldBytes } from "./memory.ts";
import { RawClient } from "./raw-client.ts";
import { bytesBody, frame, kinds, option, paths, request } from "./wire.ts";

const MiB = 1024 * 1024;
const size = 4 * MiB - 16;

/** A client that asks and does not read, until it is told to. Counts what it then gets. */
async function deafClient(
  address: string,
  ...said: readonly Uint8Array[]
): Promise<{ readonly raw: RawClient; bytes: number }> {
  const raw = await RawClient.dial(address);
  raw.socket.removeAllListeners("data");
  raw.socket.pause();
  const client = { raw, bytes: 0 };
  raw.send(option({ MaxMessage: 4 * MiB }), ...said);
  return client;
}

function requests(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) =>
    request(i + 1, { method: i === 0 ? paths.blob : 0 }, bytesBody(Buffer.alloc(1))),
  );
}

describe("200 answers of 4 MiB to a peer that does not read", () => {
  it("are not even made, where the handler answers at once; others are served meanwhile", async () => {
    let made = 0;
    const { address, arith, server } = await start({
      handlers: {
        blob: () => {
          made++;
          return new Uint8Array(size);
        },
      },
    });
    const before = await heldBytes();
    const client = await deafClient(address, ...requests(200));
    await until(() => made > 0);
    for (let i = 0; i < 50; i++) expect(await arith.sum({ left: i, right: 1 })).toBe(i + 1);
    expect((await heldBytes()) - before).toBeLessThan(16 * MiB);
    expect(made).toBeLessThan(5);
    // It reads on and gets what it asked for.
    client.raw.socket.on("data", (chunk: Buffer) => (client.bytes += chunk.length));
    client.raw.socket.resume();
    await until(() => client.bytes > 10 * size);
    client.raw.socket.destroy();
    await until(() => server.connections === 1);
    expect((await heldBytes()) - before).toBeLessThan(4 * MiB);
  });

  it("wait as they are, not as bytes, where all handlers run before", async () => {
    const gate = deferred();
    let running = 0;
    const shared = new Uint8Array(size);
    const { address, arith, server } = await start({
      handlers: {
        blob: async () => {
          running++;
          await gate.promise;
          return shared;
        },
      },
    });
    const before = await heldBytes();
    const client = await deafClient(address, ...requests(200));
    await until(() => running === 200);
    gate.resolve();
    for (let i = 0; i < 50; i++) expect(await arith.sum({ left: i, right: 1 })).toBe(i + 1);
    expect((await heldBytes()) - before).toBeLessThan(16 * MiB);
    client.raw.socket.on("data", (chunk: Buffer) => (client.bytes += chunk.length));
    client.raw.socket.resume();
    await until(() => client.bytes > 10 * size);
    client.raw.socket.destroy();
    await until(() => server.connections === 1);
    expect((await heldBytes()) - before).toBeLessThan(4 * MiB);
  });
});

describe("a peer that asks without end and does not read", () => {
  it.each([
    ["calls that are refused", (i: number) => request(i + 1, { method: "/no.Such/Method" })],
    ["calls that are answered", (i: number) => request(i + 1, { method: paths.ping })],
    ["pings", () => frame(kinds.PING, 0, Buffer.alloc(8))],
    [
      "calls that it cancels",
      (i: number) => Buffer.concat([request(i + 1, { method: paths.ping }), frame(kinds.CANCEL, i + 1)]),
    ],
  ])("holds no more of the server's memory than the bound: %s", async (_what, next) => {
    const { address, arith } = await start({ server: { logger: silentLogger } });
    const { raw } = await deafClient(address);
    const chunk = Buffer.concat(Array.from({ length: 5_000 }, (_, i) => next(i)));
    const before = await heldBytes();
    let written = 0;
    let stuck = false;
    // Until the server stops reading, or enough was sent to show that it discards.
    while (written < 32 * MiB && !stuck) {
      written += chunk.length;
      if (!raw.socket.write(chunk))
        stuck = await Promise.race([drained(raw), served(arith.ping.bind(arith))]);
    }
    // What this end has not got rid of is its own.
    const own = raw.socket.writableLength;
    expect((await heldBytes()) - before - own).toBeLessThan(8 * MiB);
    expect(await arith.sum({ left: 1, right: 1 })).toBe(2);
    raw.socket.destroy();
  });
});

function drained({ socket }: RawClient): Promise<boolean> {
  return new Promise((resolve) => socket.once("drain", () => resolve(false)));
}

/** Long enough for the server to have read what it will. */
async function served(call: () => Promise<void>): Promise<boolean> {
  for (let i = 0; i < 100; i++) await call();
  return true;
}
