import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { connect, RpcError, type Server } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { Arith } from "./arith.gorpc.ts";
import { handlersWith } from "./handlers.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { dial, freshAddress, type Route, start, startServer } from "./world.ts";

const never = (): Promise<string> => new Promise(() => {});

/** Listens where another server is about to give up its place. */
async function takeOver(server: Server, address: string): Promise<void> {
  while ((await server.listen(address).catch(() => undefined)) === undefined) await new Promise(setImmediate);
}

function pathOf(address: string): string {
  return address.slice("unix://".length);
}

/** A handler whose calls wait until the test answers them. */
function held(): { readonly slow: () => Promise<string>; readonly answers: ((text: string) => void)[] } {
  const answers: ((text: string) => void)[] = [];
  return { slow: () => new Promise((resolve) => answers.push(resolve)), answers };
}

describe.each<Route>(["tcp", "tls", "unix", "memory", "inMemory"])(
  "a connection that is lost (%s)",
  (route) => {
    it("fails its calls at once, naming the peer and whether the server can have seen them", async () => {
      let entered = 0;
      const { arith, server, address } = await start({
        route,
        handlers: {
          slow: () => {
            entered++;
            return never();
          },
        },
      });
      const calls = Array.from({ length: 5 }, () => failureOf(arith.slow(0)));
      await until(() => entered === 5);
      // No timer is needed for it.
      using clock = testClock();
      const began = clock.now();
      await server.close({ drain: 0 });
      for (const error of await Promise.all(calls)) {
        expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
        expect(error.message.startsWith(`/test.arith.v1.Arith/Slow at ${address || "memory:server"}: `)).toBe(
          true,
        );
        expect(error.message).toMatch(/the connection was lost: .+; the server may have run the call$/);
      }
      expect(clock.now()).toBe(began);
    });

    it("aborts the handlers of its calls", async () => {
      const fired = deferred<RpcError>();
      const { arith, server } = await start({
        route,
        handlers: {
          slow: (_takes, { signal }) => {
            signal.addEventListener("abort", () => fired.resolve(signal.reason as RpcError));
            setImmediate(() => void server.close({ drain: 0 }));
            return never();
          },
        },
      });
      await failureOf(arith.slow(0));
      expect(await fired.promise).toMatchObject({ code: "CANCELLED" });
    });
  },
);

describe("a channel whose server went away", () => {
  it("connects again when it is back", async () => {
    const { arith, server, address } = await start({ route: "unix" });
    expect(await arith.negate(1)).toBe(-1);
    await server.close();
    const error = await failureOf(arith.negate(2));
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      message: matching(/no connection: connect ENOENT/),
    });
    const { server: next } = startServer();
    await next.listen(address);
    await until(() => next.connections > 0);
    expect(await arith.negate(3)).toBe(-3);
  });

  it("lets calls wait for a dial that is under way, and fails them with its reason", async () => {
    const { arith, server, address } = await start({ route: "unix", channel: { connectTimeout: 400 } });
    await arith.ping();
    await server.close();
    // What listens there now takes connections and says nothing.
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket.resume().on("error", () => {})));
    mute.listen(address.slice("unix://".length));
    await once(mute, "listening");
    onTestFinished(() => void mute.close());
    const errors = await Promise.all([failureOf(arith.ping()), failureOf(arith.negate(1))]);
    for (const error of errors) {
      expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
      expect(error.message).toContain(`at ${address}: no connection: the connect timeout of 400 ms ran out`);
      expect(error.message).toContain("did not answer the handshake");
    }
  });

  it("moves new calls to another connection at once, and lets the old ones finish", async () => {
    const { slow, answers } = held();
    const { arith, server, address } = await start({ route: "unix", handlers: { slow } });
    const old = arith.slow(0);
    await until(() => answers.length === 1);
    const closed = server.close();
    const { server: next } = startServer({ handlers: { negate: (value) => -value } });
    await takeOver(next, address);
    expect(await arith.negate(5)).toBe(-5);
    answers[0]!("finished");
    expect(await old).toBe("finished");
    await closed;
    expect(server.connections).toBe(0);
  });
});

describe("the limit of calls at once", () => {
  it("is kept by the client, which lets the others wait", async () => {
    let running = 0;
    let most = 0;
    const { arith } = await start({
      server: { maxConcurrentCalls: 64 },
      handlers: {
        negate: async (value) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          return -value;
        },
      },
    });
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, i) => arith.negate(i + 1)));
    expect(answers).toEqual(Array.from({ length: 1_000 }, (_, i) => -(i + 1)));
    expect(most).toBe(64);
  });

  it("of the channel's own is kept too", async () => {
    let running = 0;
    let most = 0;
    const { arith } = await start({
      channel: { maxConcurrentCalls: 64 },
      handlers: {
        negate: async (value) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          return -value;
        },
      },
    });
    await Promise.all(Array.from({ length: 128 }, (_, i) => arith.negate(i)));
    expect(most).toBe(64);
  });

  it("fails those that find the queue full, unsent and with the option's name", async () => {
    const { slow, answers } = held();
    const { arith } = await start({ handlers: { slow }, channel: { maxConcurrentCalls: 64 } });
    const calls = Array.from({ length: 130 }, () => arith.slow(0));
    const refused = await Promise.all(calls.slice(128).map(failureOf));
    for (const error of refused) {
      expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
      expect(error.message).toContain("64 calls wait already (option maxConcurrentCalls)");
    }
    await until(() => answers.length === 64);
    for (const answer of answers) answer("a");
    await until(() => answers.length === 128);
    for (const answer of answers.slice(64)) answer("b");
    expect(await Promise.all(calls.slice(0, 128))).toHaveLength(128);
  });

  it("counts handlers that go on after their callers gave up: more is refused, not run", async () => {
    const { slow, answers } = held();
    const { arith } = await start({ handlers: { slow }, server: { maxConcurrentCalls: 64 } });
    const abort = new AbortController();
    const gone = Array.from({ length: 64 }, () => failureOf(arith.slow(0, { signal: abort.signal })));
    await until(() => answers.length === 64);
    abort.abort();
    await Promise.all(gone);
    const error = await failureOf(arith.ping());
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
    expect(error.message).toContain("64 calls run on this connection (option maxConcurrentCalls)");
    for (const answer of answers) answer("nobody listens");
    await arith.ping();
  });
});

describe("a limit of a message's size", () => {
  it("lets a message of exactly the limit pass, both ways", async () => {
    const { arith } = await start();
    // The field's tag and its length take five bytes.
    const bytes = new Uint8Array(4 * 1024 * 1024 - 5).fill(7);
    expect((await arith.blob(bytes)).length).toBe(bytes.length);
  });

  it("is kept by the sender of a request, and named", async () => {
    const { arith } = await start();
    const error = await failureOf(arith.blob(new Uint8Array(4 * 1024 * 1024 - 4)));
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "no" });
    expect(error.message).toContain(
      "the request is larger than the 4194304 bytes that the server accepts (the server's option maxMessageBytes)",
    );
    await arith.ping();
  });

  it("is kept by the sender of an answer, and named", async () => {
    const { arith } = await start({
      handlers: { blob: () => new Uint8Array(2_000_000) },
      channel: { maxMessageBytes: 1_048_576 },
    });
    const error = await failureOf(arith.blob(new Uint8Array(1)));
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", sent: "yes" });
    expect(error.message).toContain("the answer is larger than the 1048576 bytes");
    expect(error.message).toContain("option maxMessageBytes");
  });

  it("can be raised on both sides", async () => {
    const more = { maxMessageBytes: 16 * 1024 * 1024 };
    const { arith } = await start({ server: more, channel: more });
    expect((await arith.blob(new Uint8Array(9_000_000))).length).toBe(9_000_000);
  });

  it.each([
    [{ maxMessageBytes: 1 }, "maxMessageBytes is 1: it takes an integer from 1048576 to"],
    [{ maxFrameBytes: 2 ** 24 }, "maxFrameBytes is 16777216: it takes an integer from 65536 to 16777215"],
    [{ maxConcurrentCalls: 1.5 }, "maxConcurrentCalls is 1.5: it takes an integer from 64 to"],
    [{ maxUnsentBytes: Number.NaN }, "maxUnsentBytes is NaN: it takes an integer from"],
  ])("outside its range is refused: %o", async (options, message) => {
    expect(() => startServer({ server: options })).toThrow(message);
    const { address } = await start();
    await expect(connect(address, options)).rejects.toThrow(message);
  });
});

describe("closing a channel", () => {
  it("waits for the calls in flight and in the queue, and takes no more", async () => {
    const { slow, answers } = held();
    const { arith, channel, server } = await start({
      handlers: { slow },
      server: { maxConcurrentCalls: 64 },
    });
    const calls = Array.from({ length: 70 }, () => arith.slow(0));
    await until(() => answers.length === 64);
    let closed = false;
    const closing = channel.close().then(() => (closed = true));
    expect(await failureOf(arith.ping())).toMatchObject({
      code: "UNAVAILABLE",
      sent: "no",
      rawMessage: "the channel is closed",
    });
    for (const answer of answers) answer("first");
    await until(() => answers.length === 70);
    expect(closed).toBe(false);
    for (const answer of answers.slice(64)) answer("second");
    expect(await Promise.all(calls)).toHaveLength(70);
    await closing;
    await channel.close();
    await until(() => server.connections === 0);
  });

  it("sends the calls that wait elsewhere when the server goes away meanwhile", async () => {
    const { slow, answers } = held();
    const { server, address } = await start({
      route: "unix",
      handlers: { slow },
      server: { maxConcurrentCalls: 64 },
    });
    let moved = 0;
    const elsewhere = (): Promise<string> => {
      moved++;
      return Promise.resolve("elsewhere");
    };
    const next = startServer({ handlers: { slow: elsewhere } });
    const nextAddress = await next.server.listen(freshAddress("unix"));
    // A name that leads to the one server, and from one moment to the next to the other.
    const name = freshAddress("unix");
    const leadTo = (target: string): void => {
      rmSync(pathOf(name), { force: true });
      symlinkSync(pathOf(target), pathOf(name));
    };
    leadTo(address);
    onTestFinished(() => rmSync(pathOf(name)));
    const { arith, channel } = await dial(name);
    const calls = Array.from({ length: 70 }, () => arith.slow(0, { timeout: Infinity }));
    await until(() => answers.length === 64);
    const closing = channel.close();
    leadTo(nextAddress);
    const gone = server.close();
    await until(() => moved === 6);
    for (const answer of answers) answer("here");
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === "elsewhere")).toHaveLength(6);
    await Promise.all([closing, gone]);
  });

  it("waits for a call no longer than its deadline", async () => {
    const { arith, channel } = await start({ handlers: { slow: never } });
    const call = failureOf(arith.slow(0, { timeout: 50 }));
    await channel.close();
    expect((await call).code).toBe("DEADLINE_EXCEEDED");
  });

  it("ends a channel that never connected", async () => {
    const { server } = startServer();
    await server.inMemory().close();
    expect(server.connections).toBe(0);
  });

  it("ends a channel whose server is gone", async () => {
    const { channel, server, arith } = await start();
    await server.close();
    const call = failureOf(arith.ping());
    await channel.close();
    expect(await call).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
  });

  it("leaves other channels to the same server alone", async () => {
    const { channel, address, server } = await start();
    const other = await dial(address);
    expect(server.connections).toBe(2);
    await channel.close();
    await until(() => server.connections === 1);
    await other.arith.ping();
  });
});

describe("a server", () => {
  it("listens on several addresses at once", async () => {
    const { server } = startServer();
    const addresses = [
      await server.listen(freshAddress("tcp")),
      await server.listen(freshAddress("unix")),
      await server.listen(freshAddress("memory")),
    ];
    for (const address of addresses) await (await dial(address)).arith.ping();
    expect(server.connections).toBe(3);
    await server.close();
    for (const address of addresses) await expect(connect(address)).rejects.toThrow(RpcError);
  });

  it("that is closed takes nothing more", async () => {
    const { server } = startServer();
    const before = server.inMemory();
    const listening = server.listen(freshAddress("tcp"));
    const closing = server.close();
    await expect(listening).rejects.toThrow("the server is closed");
    await closing;
    await expect(server.listen(freshAddress("tcp"))).rejects.toThrow("the server is closed");
    const { arith } = { arith: new (await import("./arith.gorpc.ts")).ArithClient(before) };
    expect(await failureOf(arith.ping())).toMatchObject({
      code: "UNAVAILABLE",
      message: matching(/the server is closed/),
    });
    await before.close();
    expect(server.connections).toBe(0);
  });

  it("takes a service once", () => {
    const { server } = startServer();
    expect(() => server.register(Arith, handlersWith({}))).toThrow(
      "test.arith.v1.Arith is registered already",
    );
  });

  it.each(["tcp", "unix", "memory"] as const)(
    "that refuses a connection is not waited for (%s)",
    async (route) => {
      const { address } = await start({ route, server: { maxConnections: 1 } });
      // From a timer: the refusal then comes before the dial's own promise settles.
      const refused = await new Promise<RpcError>((resolve) => {
        setTimeout(() => resolve(failureOf(connect(address, { connectTimeout: 5_000 }))));
      });
      expect(refused.message).toMatch(/closed the connection during the handshake|ECONNRESET|EPIPE/);
    },
  );

  it("says who has its address already", async () => {
    const { address } = await start();
    const { server } = startServer();
    await expect(server.listen(address)).rejects.toThrow(/127\.0\.0\.1.*EADDRINUSE/);
  });
});
