import { setTimeout as sleep } from "node:timers/promises";
import { type CallContext, detach, RpcError } from "@gorpc/runtime";
import { testClock } from "@gorpc/runtime/testing";
import { describe, expect, it } from "vitest";
import type { ArithClient } from "./arith.gorpc.ts";
import { deferred, failureOf, matching, until } from "./waiting.ts";
import { type Setup, start, startServer, type World } from "./world.ts";

/** Two servers in a row: the first one's handlers call the second. */
async function chain(
  front: (back: ArithClient) => NonNullable<Setup["handlers"]>,
  setup: { readonly front?: Setup; readonly back?: Setup } = {},
): Promise<{ readonly front: World; readonly back: World }> {
  const back = await start(setup.back);
  return { front: await start({ ...setup.front, handlers: front(back.arith) }), back };
}

/** A slow handler that never answers and hands out its contexts. */
function watched(): {
  readonly slow: (takes: number, context: CallContext) => Promise<string>;
  readonly seen: CallContext[];
} {
  const seen: CallContext[] = [];
  const slow = (_takes: number, context: CallContext): Promise<string> => {
    seen.push(context);
    return new Promise(() => {});
  };
  return { slow, seen };
}

describe("a call made inside a handler", () => {
  it("inherits the deadline, also after what the handler awaited", async () => {
    const remaining: number[] = [];
    const { front } = await chain(
      (back) => ({
        ping: async (context) => {
          await back.negate(1);
          await sleep(30);
          await Promise.all([sleep(1), back.negate(2)]);
          remaining.push(context.timeRemaining());
        },
      }),
      {
        back: {
          handlers: {
            negate: (value, context) => {
              remaining.push(context.timeRemaining());
              return -value;
            },
          },
        },
      },
    );
    await front.arith.ping({ timeout: 5_000 });
    const [first, second, own] = remaining as [number, number, number];
    expect(first).toBeLessThanOrEqual(5_000);
    // What travels is rounded up to whole ms.
    expect(second).toBeLessThanOrEqual(first - 28);
    expect(second).toBeGreaterThan(own - 30);
  });

  it("ends with it, and says that the deadline was inherited", async () => {
    const { slow, seen } = watched();
    const inner = deferred<RpcError>();
    const { front, back } = await chain(
      (client) => ({
        ping: async () => {
          inner.resolve(await failureOf(client.slow(0)));
        },
      }),
      { back: { handlers: { slow } } },
    );
    const outer = await failureOf(front.arith.ping({ timeout: 60 }));
    expect(outer).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: matching(/the call's timeout of 60 ms/),
    });
    expect(await inner.promise).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: matching(
        new RegExp(
          `Arith/Slow at ${back.address}: (the deadline inherited from the enclosing call ran out after \\d+ ms|the enclosing call ended)`,
        ),
      ),
    });
    await until(() => seen[0]?.signal.aborted === true);
  });

  it("says so through interceptors too", async () => {
    const { slow } = watched();
    const inner = deferred<RpcError>();
    const { front } = await chain(
      (client) => ({
        ping: async () => {
          inner.resolve(await failureOf(client.slow(0)));
        },
      }),
      {
        back: { handlers: { slow }, channel: { interceptors: [{ unary: (next) => (call) => next(call) }] } },
      },
    );
    await failureOf(front.arith.ping({ timeout: 60 }));
    expect((await inner.promise).message).not.toContain("30000 ms");
  });

  it("keeps a shorter timeout of its own", async () => {
    const { slow } = watched();
    const { front } = await chain(
      (client) => ({
        ping: async () => void (await failureOf(client.slow(0, { timeout: 30 })).then(throwAgain)),
      }),
      { back: { handlers: { slow } } },
    );
    const error = await failureOf(front.arith.ping({ timeout: 5_000 }));
    // The end of the time that they share passes through; where it ran out behind the first server is its own business.
    expect(error.code).toBe("DEADLINE_EXCEEDED");
  });

  it("is cancelled when the enclosing call is", async () => {
    const { slow, seen } = watched();
    const inner = deferred<RpcError>();
    const { front } = await chain(
      (client) => ({
        ping: async () => {
          inner.resolve(await failureOf(client.slow(0)));
        },
      }),
      { back: { handlers: { slow } } },
    );
    const abort = new AbortController();
    const outer = failureOf(front.arith.ping({ signal: abort.signal }));
    await until(() => seen.length === 1);
    abort.abort();
    expect((await outer).code).toBe("CANCELLED");
    expect(await inner.promise).toMatchObject({
      code: "CANCELLED",
      message: matching(/the enclosing call ended$/),
    });
    await until(() => seen[0]!.signal.aborted);
  });

  it("is cancelled when the enclosing call's caller is gone", async () => {
    const { slow, seen } = watched();
    const { front } = await chain((client) => ({ ping: () => client.slow(0).then(() => {}) }), {
      back: { handlers: { slow } },
    });
    front.arith.ping().catch(() => {});
    await until(() => seen.length === 1);
    await front.server.close({ drain: 0 });
    await until(() => seen[0]!.signal.aborted);
  });

  it("does not start once the enclosing call has ended", async () => {
    const inner = deferred<RpcError>();
    let reached = false;
    const { front } = await chain(
      (client) => ({
        ping: async ({ signal }) => {
          await until(() => signal.aborted);
          inner.resolve(await failureOf(client.ping()));
        },
      }),
      { back: { handlers: { ping: () => void (reached = true) } } },
    );
    await failureOf(front.arith.ping({ timeout: 30 }));
    expect(await inner.promise).toMatchObject({ sent: "no" });
    expect(reached).toBe(false);
  });

  it("leaves no trace of a failure behind the first server in the first one's answer", async () => {
    const { front } = await chain((client) => ({ ping: () => client.negate(1).then(() => {}) }), {
      back: {
        handlers: {
          negate: () => {
            throw new RpcError("PERMISSION_DENIED", "secret");
          },
        },
      },
    });
    const error = await failureOf(front.arith.ping());
    expect(error).toMatchObject({ code: "INTERNAL", rawMessage: "the handler failed" });
    expect(front.log).toHaveLength(1);
  });
});

describe("a call that inherits nothing", () => {
  it("is made inside detach, and outlives its handler", async () => {
    const late = deferred<number>();
    const answered = deferred();
    let remaining = 0;
    const { front } = await chain(
      (client) => ({
        ping: () => {
          detach(() => {
            void answered.promise.then(() => client.negate(1).then(late.resolve, late.reject));
          });
        },
      }),
      {
        back: {
          handlers: {
            negate: (value, context) => {
              remaining = context.timeRemaining();
              return -value;
            },
          },
        },
      },
    );
    using clock = testClock();
    await front.arith.ping({ timeout: 40 });
    await clock.advance(41);
    answered.resolve();
    expect(await late.promise).toBe(-1);
    expect(remaining).toBeGreaterThan(1_000);
  });

  it("returns what the detached work returns", () => {
    expect(detach(() => 7)).toBe(7);
  });

  it("is made on a server with propagate: false", async () => {
    let remaining = 0;
    const { front } = await chain((client) => ({ ping: () => client.negate(1).then(() => {}) }), {
      front: { server: { propagate: false } },
      back: {
        handlers: {
          negate: (value, context) => {
            remaining = context.timeRemaining();
            return -value;
          },
        },
      },
    });
    await front.arith.ping({ timeout: 1_000 });
    expect(remaining).toBeGreaterThan(5_000);
  });

  it("is made outside of every handler", async () => {
    let remaining = 0;
    const { arith } = await start({
      handlers: { ping: (context) => void (remaining = context.timeRemaining()) },
    });
    await Promise.all([arith.ping({ timeout: 4_000 }), arith.negate(1)]);
    await arith.ping();
    expect(remaining).toBeGreaterThan(5_000);
  });
});

describe("what a call inherits comes from its own handler alone", () => {
  it("not from a handler in which the connection happened to be dialled", async () => {
    const back = await start({
      route: "unix",
      handlers: { ping: (context) => void context.trailers.set("a", "b") },
    });
    // The connection is gone: the handler's call dials the next.
    await back.arith.ping();
    await back.server.close();
    const again = startServer({ handlers: { ping: (context) => void context.trailers.set("a", "b") } });
    await again.server.listen(back.address);
    const front = await start({ handlers: { ping: () => back.arith.ping() } });
    const options = { timeout: 200 };
    await until(async () =>
      front.arith.ping(options).then(
        () => true,
        () => false,
      ),
    );
    await sleep(220);
    const nested = deferred<number>();
    await back.arith.ping({
      onTrailers: () => void back.arith.negate(1).then(nested.resolve, nested.reject),
    });
    expect(await nested.promise).toBe(-1);
  });

  it("not from one whose call set the timer that now ends another", async () => {
    const cleanedUp = deferred<number>();
    const { arith } = await start({
      handlers: { slow: () => new Promise(() => {}), brief: () => new Promise(() => {}) },
    });
    const front = await start({
      handlers: {
        // Inside, a deadline sooner than all others: the process's one timer is set here.
        ping: () =>
          arith
            .slow(0, { timeout: 30 })
            .catch(() => {})
            .then(() => {}),
        slow: (_takes, { signal }) => {
          signal.addEventListener(
            "abort",
            () => void arith.negate(1).then(cleanedUp.resolve, cleanedUp.reject),
          );
          return new Promise(() => {});
        },
      },
      server: { handleTimeout: 60 },
    });
    const ended = failureOf(front.arith.slow(0));
    await front.arith.ping({ timeout: 40 }).catch(() => {});
    await ended;
    expect(await cleanedUp.promise).toBe(-1);
  });

  it("not from its caller's, in the same process, where the server propagates nothing", async () => {
    let remaining = 0;
    const last = await start({
      handlers: { negate: (value, context) => ((remaining = context.timeRemaining()), -value) },
    });
    const middle = await start({
      route: "inMemory",
      server: { propagate: false },
      handlers: { ping: () => last.arith.negate(1).then(() => {}) },
    });
    const front = await start({ handlers: { ping: () => middle.arith.ping() } });
    await front.arith.ping({ timeout: 1_000 });
    expect(remaining).toBeGreaterThan(5_000);
  });
});

function throwAgain(error: RpcError): never {
  throw error;
}
