import { once } from "node:events";
import { duplexPair, type Duplex } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { now } from "../clock.ts";
import type { FaultPlan } from "./faults.ts";
import { Links } from "./link.ts";
import { seededRandom } from "./random.ts";
import { testClock } from "./test-clock.ts";

const KiB = 1024;

interface Ends {
  readonly client: Duplex;
  readonly server: Duplex;
  readonly links: Links;
}

/** Two streams with faults between them. */
function linked(plan: FaultPlan): Ends {
  const links = new Links(plan);
  const [client, nearClient] = duplexPair();
  const [server, nearServer] = duplexPair();
  for (const [here, there] of [
    [client, nearClient],
    [server, nearServer],
  ] as const) {
    here.once("close", () => there.destroy());
    there.once("close", () => here.destroy());
    here.on("error", () => {});
  }
  links.join(nearClient, nearServer);
  onTestFinished(() => links.cut());
  return { client, server, links };
}

/** What arrives, piece by piece. */
function pieces(stream: Duplex): string[] {
  const got: string[] = [];
  stream.on("data", (chunk: Buffer) => got.push(chunk.toString()));
  return got;
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}

describe("random numbers from a seed", () => {
  it("are the same for the same seed, on every machine", () => {
    const random = seededRandom(7);
    expect(Array.from({ length: 3 }, () => random().toFixed(6))).toEqual([
      "0.011705",
      "0.061958",
      "0.976908",
    ]);
  });

  it("are spread over [0, 1)", () => {
    const random = seededRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[Math.floor(random() * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe("a link", () => {
  it("without faults carries bytes both ways and each end by itself", async () => {
    const { client, server, links } = linked({});
    const [toServer, toClient] = [pieces(server), pieces(client)];
    client.end("ping");
    await once(server, "end");
    server.end("pong");
    await once(client, "end");
    expect([toServer, toClient]).toEqual([["ping"], ["pong"]]);
    while (links.connections > 0) await settled();
  });

  it("tells either side when the other is destroyed", async () => {
    for (const which of ["client", "server"] as const) {
      const ends = linked({});
      const other = which === "client" ? ends.server : ends.client;
      ends[which].destroy();
      await once(other, "close");
      while (ends.links.connections > 0) await settled();
    }
  });

  it("splits into single bytes", async () => {
    const { client, server } = linked({ toServer: { split: 1 } });
    const got = pieces(server);
    client.end("hello");
    await once(server, "end");
    expect(got).toEqual(["h", "e", "l", "l", "o"]);
  });

  it("splits as the seed says", async () => {
    const cut = async (seed: number): Promise<string[]> => {
      const { client, server } = linked({ seed, toServer: { split: [1, 5] } });
      const got = pieces(server);
      client.end("the quick brown fox jumps over the lazy dog");
      await once(server, "end");
      return got;
    };
    const first = await cut(1);
    expect(new Set(first.map(({ length }) => length)).size).toBeGreaterThan(2);
    expect(first.join("")).toBe("the quick brown fox jumps over the lazy dog");
    expect(await cut(1)).toEqual(first);
    expect(await cut(2)).not.toEqual(first);
  });

  it("delays each piece, and keeps their order", async () => {
    using clock = testClock();
    const { client, server } = linked({ toServer: { delay: [10, 100] } });
    const arrived: [string, number][] = [];
    const start = now();
    server.on("data", (chunk: Buffer) => arrived.push([chunk.toString(), now() - start]));
    for (const piece of ["a", "b", "c", "d"]) {
      client.write(piece);
      await settled();
    }
    await clock.advance(9);
    expect(arrived).toEqual([]);
    await clock.advance(91);
    expect(arrived.map(([piece]) => piece)).toEqual(["a", "b", "c", "d"]);
    for (const [, after] of arrived) expect(after).toBeGreaterThanOrEqual(10);
  });

  it("reads no faster than it is told, and holds back who writes", async () => {
    using clock = testClock();
    const { client, server } = linked({ toServer: { bytesPerSecond: 1_000 } });
    let got = 0;
    server.on("data", (chunk: Buffer) => (got += chunk.length));
    let taken = 0;
    for (let i = 0; i < 200; i++) client.write(Buffer.alloc(KiB), (error) => error ?? (taken += KiB));
    await clock.advance(4_000);
    expect(got).toBeGreaterThan(3_900);
    expect(got).toBeLessThanOrEqual(4_020);
    expect(taken).toBeLessThan(100 * KiB);
  });

  it("drops what comes after so many bytes, the end too, and the other direction goes on", async () => {
    const { client, server, links } = linked({ toServer: { dropAfter: 3 } });
    const [toServer, toClient] = [pieces(server), pieces(client)];
    client.end("hello");
    server.write("still here");
    await settled();
    expect([toServer.join(""), toClient.join("")]).toEqual(["hel", "still here"]);
    expect([server.readableEnded, links.connections]).toEqual([false, 1]);
  });

  it("keeps it from the server that the client is gone, and swallows what that still says", async () => {
    const { client, server } = linked({ toServer: { dropAfter: 0 } });
    client.destroy();
    await settled();
    expect(server.destroyed).toBe(false);
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => server.write(Buffer.alloc(64 * KiB), resolve));
    }
    expect(server.destroyed).toBe(false);
  });

  it("is cut for both sides after exactly so many bytes", async () => {
    const { client, server, links } = linked({ toClient: { cutAfter: 4 } });
    const got = pieces(client);
    server.write("hello");
    await Promise.all([once(client, "close"), once(server, "close")]);
    expect([got.join(""), links.connections]).toEqual(["hell", 0]);
  });

  it("may be cut before anything passes", async () => {
    const { client, server, links } = linked({ toClient: { cutAfter: 0 } });
    await Promise.all([once(client, "close"), once(server, "close")]);
    expect(links.connections).toBe(0);
  });

  it("takes other faults while it is open; what vanished does not come back", async () => {
    const { client, server, links } = linked({});
    const got = pieces(server);
    client.write("a");
    await settled();
    links.change({ toServer: { dropAfter: 1 } });
    client.write("bc");
    await settled();
    links.change({});
    client.write("d");
    await settled();
    expect(got.join("")).toBe("ab");
  });
});

describe("a plan is refused", () => {
  it.each([
    [{ toServer: { delay: -1 } }, "toServer.delay is -1: it takes milliseconds from 0"],
    [{ toClient: { split: 0 } }, "toClient.split is 0: it takes bytes from 1"],
    [
      { toClient: { cutAfter: [5, 4] as const } },
      "toClient.cutAfter is [5,4]: it takes bytes from 0, or a range of them",
    ],
    [{ toServer: { dropAfter: Number.NaN } }, "toServer.dropAfter is NaN"],
    [{ toServer: { bytesPerSecond: 0 } }, "toServer.bytesPerSecond is 0: it takes a number above 0"],
  ])("%j", (plan, reason) => {
    expect(() => new Links(plan)).toThrow(RangeError);
    expect(() => new Links(plan)).toThrow(reason);
  });
});
