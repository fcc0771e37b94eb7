import { connect, type CallContext, type ConnectOptions, type RpcError, Server } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { blackHole, silentPeer } from "./black-hole.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { dial, start, startServer } from "./world.ts";

/** How long something took, in ms. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

const never = (): Promise<string> => new Promise(() => {});

describe("the connect timeout", () => {
  it("ends the wait for a peer that takes the connection and says nothing", async () => {
    const { address, open } = await silentPeer();
    const [error, took] = await timed(() => failureOf(connect(address, { connectTimeout: 400 })));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(error.message).toBe(
      `${address}: the connect timeout of 400 ms ran out (option connectTimeout): ` +
        "the peer took the connection and did not answer the handshake; is it a gorpc server?",
    );
    expect(took).toBeGreaterThanOrEqual(399);
    await until(() => open.size === 0);
  });

  it("ends the wait for an address that does not answer", async () => {
    const address = await blackHole();
    const [error, took] = await timed(() => failureOf(connect(address, { connectTimeout: 60 })));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(error.message).toBe(
      `${address}: the connect timeout of 60 ms ran out (option connectTimeout): the address did not answer`,
    );
    expect(took).toBeGreaterThanOrEqual(59);
  });

  it.each([2 ** 31, 2 ** 40, Infinity])(
    "of %d ms, more than a timer can wait, is none",
    async (connectTimeout) => {
      const { address } = await start();
      const { arith } = await dial(address, { connectTimeout });
      await arith.ping();
    },
  );

  it("can be cut short by a signal", async () => {
    const { address, open } = await silentPeer();
    const signal = new AbortController();
    const connecting = connect(address, { connectTimeout: 10_000, signal: signal.signal });
    await until(() => open.size === 1);
    signal.abort(new Error("changed my mind"));
    await expect(connecting).rejects.toThrow("changed my mind");
    await until(() => open.size === 0);
  });

  it("is not even tried with a signal that has fired", async () => {
    const { address, open } = await silentPeer();
    const aborted = AbortSignal.abort(new Error("never mind"));
    await expect(connect(address, { signal: aborted })).rejects.toThrow("never mind");
    await until(() => open.size === 0);
  });
});

describe("the rule of the least", () => {
  interface Case {
    readonly what: string;
    readonly channel?: ConnectOptions;
    readonly handleTimeout?: number;
    readonly method?: "slow" | "brief";
    readonly timeout?: number;
    readonly message: RegExp;
    readonly sent: "maybe" | "yes";
  }
  const cases: readonly Case[] = [
    {
      what: "the call's own",
      timeout: 40,
      message: /: the call's timeout of 40 ms ran out after \d+ ms while waiting for the answer$/,
      sent: "maybe",
    },
    {
      what: "the call's own before the method's",
      method: "brief",
      timeout: 30,
      message: /: the call's timeout of 30 ms ran out after \d+ ms/,
      sent: "maybe",
    },
    {
      what: "the method's on the server, where the call allows more",
      method: "brief",
      timeout: 5_000,
      message: /: the method's @timeout of 60 ms ran out in the handler$/,
      sent: "yes",
    },
    {
      what: "the method's before the channel's default",
      method: "brief",
      channel: { timeout: 5_000 },
      message:
        /: the method's @timeout of 60 ms ran out (after \d+ ms while waiting for the answer|in the handler)$/,
      sent: "maybe",
    },
    {
      what: "the channel's default",
      channel: { timeout: 40 },
      message: /: the channel's default timeout of 40 ms ran out after \d+ ms/,
      sent: "maybe",
    },
    {
      what: "the server's",
      handleTimeout: 40,
      timeout: 5_000,
      message: /: the server's handleTimeout of 40 ms ran out in the handler$/,
      sent: "yes",
    },
    {
      what: "what the client asks the server for",
      channel: { handleTimeout: 40 },
      handleTimeout: 5_000,
      message: /: the handle timeout that the client asked for of 40 ms ran out in the handler$/,
      sent: "yes",
    },
    {
      what: "the server's before what the client asks for",
      channel: { handleTimeout: 5_000 },
      handleTimeout: 40,
      message: /: the server's handleTimeout of 40 ms ran out in the handler$/,
      sent: "yes",
    },
  ];

  it.each(cases)(
    "takes $what",
    async ({ channel, handleTimeout, method = "slow", timeout, message, sent }) => {
      const entered = deferred<CallContext>();
      const wait = (_takes: number, context: CallContext): Promise<string> => {
        entered.resolve(context);
        return never();
      };
      const { arith, address } = await start({
        handlers: { slow: wait, brief: wait },
        server: handleTimeout === undefined ? {} : { handleTimeout },
        channel: channel ?? {},
      });
      const bound = Number(/of (\d+) ms/.exec(String(message))?.[1]);
      using clock = testClock();
      const call = failureOf(arith[method](0, { timeout }));
      let isOver = false;
      void call.then(() => (isOver = true));
      const { signal } = await entered.promise;
      await clock.advance(bound - 1);
      expect([isOver, signal.aborted]).toEqual([false, false]);
      await clock.advance(1);
      const error = await call;
      expect(error.code).toBe("DEADLINE_EXCEEDED");
      expect(error.message).toMatch(message);
      const name = method === "slow" ? "Slow" : "Brief";
      expect(error.message.startsWith(`/test.arith.v1.Arith/${name} at ${address}: `)).toBe(true);
      if (!error.message.endsWith("in the handler") || sent === "yes") expect(error.sent).toBe(sent);
      await until(() => signal.aborted);
    },
  );

  it("says after how long", async () => {
    const { arith } = await start({ handlers: { slow: never } });
    const error = await failureOf(arith.slow(0, { timeout: 50 }));
    expect(Number(/after (\d+) ms/.exec(error.message)?.[1])).toBeGreaterThanOrEqual(50);
  });

  it("tells the handler what is left, as the least of all", async () => {
    const remaining: number[] = [];
    const { arith } = await start({
      handlers: { ping: (context) => void remaining.push(context.timeRemaining(), context.deadline) },
      server: { handleTimeout: 1_000 },
      channel: { handleTimeout: 900 },
    });
    using clock = testClock();
    await arith.ping({ timeout: 800 });
    await arith.ping({ timeout: 5_000 });
    const now = clock.now();
    expect(remaining).toEqual([800, now + 800, 900, now + 900]);
  });
});

describe("no timeout", () => {
  it("is Infinity, which also overrides the channel's default", async () => {
    let context: CallContext | undefined;
    const { arith } = await start({
      channel: { timeout: 20 },
      handlers: {
        slow: async (_takes, given) => {
          context = given;
          await new Promise((resolve) => setTimeout(resolve, 60));
          return "done";
        },
      },
    });
    expect(await arith.slow(0, { timeout: Infinity })).toBe("done");
    expect(context!.deadline).toBe(Infinity);
    expect(context!.timeRemaining()).toBe(Infinity);
    expect(context!.signal.aborted).toBe(false);
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_VALUE])("fires at once for %d ms", async (timeout) => {
    const { arith } = await start();
    expect(await arith.slow(20, { timeout })).toBe("done");
  });

  it.each([0, -1, Number.NaN, "50" as never])("is not said with %s", async (wrong) => {
    const { arith, address } = await start();
    await expect(arith.ping({ timeout: wrong })).rejects.toThrow(RangeError);
    for (const name of ["timeout", "connectTimeout", "handleTimeout"] as const) {
      const refused = connect(address, { [name]: wrong });
      await expect(refused).rejects.toThrow(
        `${name} is ${String(wrong)}: it takes milliseconds above 0, or Infinity for none`,
      );
    }
    expect(() => new Server({ handleTimeout: wrong })).toThrow(RangeError);
    expect(() => new Server({ handshakeTimeout: wrong })).toThrow(RangeError);
  });

  it.each([Infinity, 2 ** 40])("bounds the handshake with %d ms", async (handshakeTimeout) => {
    const { arith } = await start({ server: { handshakeTimeout } });
    await arith.ping();
  });

  it("bounds a drain of more than a timer can wait", async () => {
    const answer = deferred<string>();
    const entered = deferred();
    const { arith, server } = await start({
      handlers: {
        slow: () => {
          entered.resolve();
          return answer.promise;
        },
      },
    });
    const call = arith.slow(0);
    await entered.promise;
    const closed = server.close({ drain: 2 ** 40 });
    setTimeout(() => answer.resolve("done"), 30);
    expect(await call).toBe("done");
    await closed;
  });

  it.each([-1, Number.NaN, "1" as never])("lets no server drain for %s ms", async (drain) => {
    const { server } = startServer();
    await expect(server.close({ drain })).rejects.toThrow(RangeError);
  });
});

describe("a late answer", () => {
  it("is dropped, and the calls after it get their own", async () => {
    const answers: ((value: number) => void)[] = [];
    const { arith } = await start({
      handlers: { negate: () => new Promise((resolve) => answers.push(resolve)) },
    });
    const settled: string[] = [];
    const late = arith.negate(1, { timeout: 30 }).then(
      () => settled.push("answered"),
      (error: unknown) => settled.push((error as RpcError).code),
    );
    await late;
    const next = arith.negate(2);
    await until(() => answers.length === 2);
    answers[0]!(-1);
    answers[1]!(-2);
    expect(await next).toBe(-2);
    expect(await arith.sum({ left: 1, right: 1 })).toBe(2);
    expect(settled).toEqual(["DEADLINE_EXCEEDED"]);
  });

  it("of a handler that fails because nobody waits is no failure worth a log", async () => {
    const entered = deferred<CallContext>();
    const { arith, log } = await start({
      handlers: {
        slow: (_takes, context) => {
          entered.resolve(context);
          return new Promise((_resolve, reject) => {
            context.signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
          });
        },
      },
    });
    const call = failureOf(arith.slow(0, { timeout: 30 }));
    const { signal } = await entered.promise;
    await call;
    await until(() => signal.aborted);
    await arith.ping();
    expect(log).toEqual([]);
  });
});

describe("where a call waited", () => {
  it("is said of one that no connection has taken", async () => {
    const { address, server, arith } = await start({ handlers: { slow: never } });
    const running = failureOf(arith.slow(0));
    await server.close({ drain: 0 });
    // Its end shows that the channel knows.
    await running;
    const error = await failureOf(arith.slow(0, { timeout: 10_000 }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no" });
    expect(error.message).toMatch(
      new RegExp(`^/test\\.arith\\.v1\\.Arith/Slow at ${address}: no connection: connect ECONNREFUSED`),
    );
  });

  it("is said of one that the server has no room for", async () => {
    const { arith } = await start({ handlers: { slow: never }, server: { maxConcurrentCalls: 64 } });
    const running = Array.from({ length: 64 }, () => arith.slow(0, { timeout: 300 }).catch(() => {}));
    const error = await failureOf(arith.ping({ timeout: 30 }));
    expect(error).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      sent: "no",
      message: matching(/after \d+ ms while waiting in the queue: the server takes no more calls at once$/),
    });
    await Promise.all(running);
  });
});
