import { once } from "node:events";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { connect, type Server } from "@gorpc/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { ArithClient } from "./arith.gorpc.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { dial, start } from "./world.ts";

/** A way to a server that the test can make swallow everything, as a firewall does that forgot a connection. */
async function cable(target: string): Promise<{ readonly address: string; readonly cut: () => void }> {
  const sockets: Socket[] = [];
  let isCut = false;
  const { port } = new URL(target);
  const proxy = createServer((near) => {
    const far = connectSocket(Number(port), "127.0.0.1");
    sockets.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => {});
      from.on("data", (chunk) => isCut || to.write(chunk));
      from.on("close", () => isCut || to.destroy());
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = `tcp://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  return { address, cut: () => (isCut = true) };
}

const quick = { keepaliveInterval: 40, keepaliveTimeout: 400 };

describe("a peer that is gone without a word", () => {
  it("is found while a call is in flight, on both sides", async () => {
    const entered = deferred();
    const left = deferred<unknown>();
    const { server, address, log } = await start({
      server: quick,
      handlers: {
        slow: (_, { signal }) => {
          signal.addEventListener("abort", () => left.resolve(signal.reason));
          entered.resolve();
          return new Promise(() => {});
        },
      },
    });
    const { address: through, cut } = await cable(address);
    const { arith } = await dial(through, quick);
    const call = failureOf(arith.slow(0, { timeout: 60_000 }));
    await entered.promise;
    cut();
    expect(await call).toMatchObject({
      code: "UNAVAILABLE",
      sent: "maybe",
      message: matching(
        /the peer gave no sign of life for \d+ ms \(options keepaliveInterval, keepaliveTimeout\)/,
      ),
    });
    expect(await left.promise).toMatchObject({ code: "CANCELLED" });
    // The one connection of the world's own channel is left.
    await until(() => server.connections === 1);
    expect(log.some(({ message }) => /closed: the peer gave no sign of life/.test(message))).toBe(true);
  });

  it("is found while a stream is open", async () => {
    const { address } = await start({ server: quick });
    const { address: through, cut } = await cable(address);
    const { arith } = await dial(through, quick);
    const lines = (async function* () {
      yield "a";
      await new Promise(() => {});
    })();
    const answers = arith.chat(lines)[Symbol.asyncIterator]();
    expect(await answers.next()).toMatchObject({ value: "A" });
    cut();
    expect(await failureOf(answers.next())).toMatchObject({ code: "UNAVAILABLE" });
  });

  it("is not looked for when the peer only takes its time", async () => {
    const { address } = await start({ server: quick });
    const { arith } = await dial(address, quick);
    expect(await arith.slow(1_000)).toBe("done");
  });
});

/** Where the server's connections come from, in the order of calls. */
function peers(): {
  readonly seen: string[];
  readonly ping: (context: { peer: { address: string } }) => void;
} {
  const seen: string[] = [];
  return { seen, ping: ({ peer }) => void seen.push(peer.address) };
}

describe("a connection of a certain age", () => {
  it("ends without harm to any call, and its client goes on with another", async () => {
    const { seen, ping } = peers();
    const { arith } = await start({ server: { maxConnectionAge: 60 }, handlers: { ping } });
    const slow = arith.slow(300);
    while (new Set(seen).size < 3) await arith.ping();
    expect(await slow).toBe("done");
  });

  it("carries its streams to their end", async () => {
    const { seen, ping } = peers();
    const next: (() => void)[] = [];
    const { arith } = await start({ server: { maxConnectionAge: 60 }, handlers: { ping } });
    const lines = (async function* () {
      for (let i = 0; i < 3; i++) {
        yield `line ${i}`;
        await new Promise<void>((resolve) => next.push(resolve));
      }
    })();
    const answers: string[] = [];
    for await (const answer of arith.chat(lines)) {
      answers.push(answer);
      const before = new Set(seen).size;
      while (new Set(seen).size === before) await arith.ping();
      next.shift()!();
    }
    expect(answers).toEqual(["LINE 0", "LINE 1", "LINE 2"]);
  });
});

describe("a connection that carries nothing", () => {
  it("is closed, and there again for the next call", async () => {
    const { server, arith } = await start({ channel: { idleTimeout: 30 } });
    await arith.ping();
    await until(() => server.connections === 0);
    await arith.ping();
    expect(server.connections).toBe(1);
  });

  it("is kept while a call takes its time", async () => {
    const { server, arith } = await start({ channel: { idleTimeout: 20 } });
    expect(await arith.slow(200)).toBe("done");
    expect(server.connections).toBe(1);
  });
});

describe("a lazy channel", () => {
  it("connects at its first call", async () => {
    const { server, address, channel } = await start();
    await channel.close();
    await until(() => server.connections === 0);
    const lazy = await connect(address, { lazy: true });
    onTestFinished(() => lazy.close());
    expect(server.connections).toBe(0);
    await new ArithClient(lazy).ping();
    expect(server.connections).toBe(1);
  });

  it("says at its first call why there is no connection", async () => {
    const lazy = await connect("tcp://127.0.0.1:1", { lazy: true });
    onTestFinished(() => lazy.close());
    expect(await failureOf(new ArithClient(lazy).ping())).toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      message: matching(/ECONNREFUSED/),
    });
  });
});

describe("a channel of several connections", () => {
  const callsAtOnce = 64;

  async function crowded(maxConnections: number): Promise<{
    readonly arith: ArithClient;
    readonly server: Server;
    readonly waiting: (() => void)[];
  }> {
    const waiting: (() => void)[] = [];
    const slow = (): Promise<string> => new Promise((resolve) => waiting.push(() => resolve("done")));
    const { server, arith } = await start({
      server: { maxConcurrentCalls: callsAtOnce },
      channel: { maxConnections },
      handlers: { slow },
    });
    return { server, arith, waiting };
  }

  async function answerAll(calls: readonly Promise<string>[], waiting: (() => void)[]): Promise<void> {
    let done = false;
    void Promise.all(calls).then(() => (done = true));
    await until(() => {
      for (const answer of waiting.splice(0)) answer();
      return done;
    });
  }

  it("opens one more for what the first does not take, up to its limit", async () => {
    const { server, arith, waiting } = await crowded(3);
    const calls = Array.from({ length: 5 * callsAtOnce }, () => arith.slow(0));
    await until(() => waiting.length === 3 * callsAtOnce);
    expect(server.connections).toBe(3);
    await answerAll(calls, waiting);
    expect(server.connections).toBe(3);
  });

  it("has one where nothing else is said: further calls wait", async () => {
    const { server, arith, waiting } = await crowded(1);
    const calls = Array.from({ length: 2 * callsAtOnce }, () => arith.slow(0));
    await until(() => waiting.length === callsAtOnce);
    expect(server.connections).toBe(1);
    await answerAll(calls, waiting);
  });

  it("closes those that carry nothing", async () => {
    const waiting: (() => void)[] = [];
    const { server, arith } = await start({
      server: { maxConcurrentCalls: callsAtOnce },
      channel: { maxConnections: 2, idleTimeout: 30 },
      handlers: { slow: () => new Promise((resolve) => waiting.push(() => resolve("done"))) },
    });
    const calls = Array.from({ length: callsAtOnce + 1 }, () => arith.slow(0));
    await until(() => waiting.length === callsAtOnce + 1);
    expect(server.connections).toBe(2);
    for (const answer of waiting) answer();
    await Promise.all(calls);
    await until(() => server.connections === 0);
  });
});
