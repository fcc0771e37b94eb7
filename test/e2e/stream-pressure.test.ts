import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { heldBytes } from "../hostile/memory.ts";
import { drain } from "./suite/streams.ts";
import { deferred, until } from "./waiting.ts";
import { start } from "./world.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const size = 64 * KiB;
const line = "x".repeat(size);
/** 1 GiB of lines. */
const offered = 16 * KiB;
/** Lines that fit the first window, the one that is begun in the end, and the one that is asked for ahead. */
const ahead = (256 * KiB) / size + 2;

/** Makes lines as long as they are asked for, and counts them. */
class Lines {
  asked = 0;
  left = false;

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (; this.asked < offered; this.asked++) yield line;
    } finally {
      this.left = true;
    }
  }
}

/** Reads 1 MB/s for a while; says how many lines that were. */
async function readSlowly(lines: AsyncIterator<string>, count: number): Promise<number> {
  let read = 0;
  for (; read < count; read++) {
    expect((await lines.next()).value).toHaveLength(size);
    await sleep((1_000 * size) / 1_000_000);
  }
  return read;
}

describe("1 GiB offered to a reader of 1 MB/s", () => {
  it("by a server is made as it is read, and held by neither side", async () => {
    const lines = new Lines();
    const { arith } = await start({ handlers: { chat: () => lines } });
    await drain(arith.countTo(1));
    const before = await heldBytes();
    const answers = arith.chat([])[Symbol.asyncIterator]();
    const read = await readSlowly(answers, 16);
    expect(lines.asked).toBeLessThanOrEqual(read + ahead);
    expect((await heldBytes()) - before).toBeLessThan(4 * MiB);
    await answers.return!();
    await until(() => lines.left);
    expect(lines.asked).toBeLessThanOrEqual(read + ahead);
  });

  it("by a client is made as it is read, and held by neither side", async () => {
    const lines = new Lines();
    const reading = deferred<AsyncIterator<string>>();
    const gate = deferred();
    const { arith } = await start({
      handlers: {
        async *chat(requests) {
          reading.resolve(requests[Symbol.asyncIterator]());
          await gate.promise;
          yield "done";
        },
      },
    });
    await drain(arith.countTo(1));
    const before = await heldBytes();
    const answers = drain(arith.chat(lines));
    const read = await readSlowly(await reading.promise, 16);
    expect(lines.asked).toBeLessThanOrEqual(read + ahead);
    expect((await heldBytes()) - before).toBeLessThan(4 * MiB);
    gate.resolve();
    expect(await answers).toEqual({ values: ["done"] });
    expect(lines.left).toBe(true);
  });
});

describe("a reader that has kept up and then stops", () => {
  it("has let its stream have more ahead, up to the bound", async () => {
    const lines = new Lines();
    const { arith } = await start({ handlers: { chat: () => lines } });
    const answers = arith.chat([])[Symbol.asyncIterator]();
    for (let i = 0; i < 1_000; i++) await answers.next();
    let before: number;
    do {
      before = lines.asked;
      for (let i = 0; i < 50; i++) await arith.ping();
    } while (lines.asked > before);
    expect(lines.asked).toBeGreaterThan(1_000 + ahead);
    expect(lines.asked).toBeLessThanOrEqual(1_000 + (4 * MiB) / size + 2);
    // And goes on where it was.
    for (let i = 0; i < 200; i++) expect((await answers.next()).done).toBe(false);
    await answers.return!();
  });
});

describe("streams that nobody reads", () => {
  it("hold up neither calls nor other streams, in either direction", async () => {
    const stalled = [new Lines(), new Lines(), new Lines()];
    let entered = 0;
    const { arith } = await start({
      handlers: {
        async *chat(requests, { metadata }) {
          entered++;
          if (metadata.get("stall") === "server") yield* stalled[entered - 1]!;
          else if (metadata.get("stall") === "client") await new Promise(() => {});
          else for await (const request of requests) yield request;
        },
      },
    });
    const open = (stall: string, requests: AsyncIterable<string>): AsyncIterator<string> =>
      arith.chat(requests, { metadata: { stall } })[Symbol.asyncIterator]();
    const fromServer = [open("server", new Lines()), open("server", new Lines())];
    for (const each of fromServer) await each.next();
    const sent = stalled[2]!;
    const fromClient = open("client", sent);
    const pending = fromClient.next();
    await until(() => entered === 3 && sent.asked >= ahead - 3);
    // Four times the connection's credit, both ways, with calls in between.
    const lines = Array.from({ length: 1_000 }, (_, i) => (i % 100 === 0 ? line : `${i}`));
    let answered = 0;
    for (let round = 0; round < 4; round++) {
      const { values, error } = await drain(arith.chat(lines));
      expect(error).toBeUndefined();
      expect(values).toEqual(lines);
      expect(await arith.sum({ left: ++answered, right: 1 })).toBe(answered + 1);
    }
    const big = Array.from({ length: 1_024 }, () => line);
    expect((await drain(arith.chat(big))).values).toHaveLength(1_024);
    for (const each of [...stalled.slice(0, 2), sent]) expect(each.asked).toBeLessThanOrEqual(ahead + 2);
    for (const each of [...fromServer, fromClient]) await each.return!();
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it("share a connection of little credit with those that are read", async () => {
    const { arith } = await start({
      channel: { connectionCreditBytes: MiB },
      handlers: {
        async *chat() {
          for (let i = 0; i < 64; i++) yield line;
        },
      },
    });
    // Three quarters of what the connection may hold.
    const stalled = [1, 2, 3].map(() => arith.chat([])[Symbol.asyncIterator]());
    for (const each of stalled) await each.next();
    for (let i = 0; i < 4; i++) expect((await drain(arith.chat([]))).values).toHaveLength(64);
    const rest = stalled.map(async (each) => {
      let count = 1;
      while ((await each.next()).done !== true) count++;
      return count;
    });
    expect(await Promise.all(rest)).toEqual([64, 64, 64]);
  });
});
