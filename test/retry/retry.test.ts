import { connect, type Metadata, RpcError } from "@gorpc/runtime";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { deferred, failureOf } from "../e2e/waiting.ts";
import { Shut, StoreClient } from "./store.gorpc.ts";
import { clientOf, type Handle, startStore, unavailable, untilEnded } from "./stores.ts";

const answering =
  (name: string): Handle =>
  () =>
    name;

const failing: Handle = () => unavailable();

describe("a server that is killed while it works", () => {
  const killed = async (): Promise<{ handle: Handle; entered: Promise<void> }> => {
    const { promise, resolve } = deferred();
    return {
      entered: promise,
      handle: (_text, context) => {
        resolve();
        return untilEnded(context);
      },
    };
  };

  it("costs a caller of an idempotent method nothing", async () => {
    const { handle, entered } = await killed();
    const [a, b] = [await startStore(handle), await startStore(answering("b"))];
    const { store } = await clientOf([a, b]);
    const read = store.read("x");
    await entered;
    await a.server.close({ drain: 0 });
    expect(await read).toBe("b");
  });

  it("fails calls of other methods, which it may have run", async () => {
    const { handle, entered } = await killed();
    const [a, b] = [await startStore(handle), await startStore(answering("b"))];
    const { store } = await clientOf([a, b]);
    const write = failureOf(store.write("x"));
    await entered;
    await a.server.close({ drain: 0 });
    expect(await write).toMatchObject({ code: "UNAVAILABLE", sent: "maybe", attempts: undefined });
    expect(b.calls).toEqual([]);
    expect(await store.write("x")).toBe("b");
  });
});

describe("attempts that all fail", () => {
  it("go to a server each, and the error lists them", async () => {
    const stores = [await startStore(failing), await startStore(failing), await startStore(failing)];
    const { store } = await clientOf(stores);
    const error = await failureOf(store.read("x"));
    expect(stores.map(({ calls }) => calls.length)).toEqual([1, 1, 1]);
    const [a, b, c] = stores.map(({ address }) => address);
    expect(error.attempts).toMatchObject([
      { address: a, code: "UNAVAILABLE", message: "no room" },
      { address: b },
      { address: c },
    ]);
    expect(error.message).toMatch(
      new RegExp(
        `^/test.store.v1.Store/Read at ${c}: no room \\(failed attempts: ` +
          `${a} after \\d+ ms: UNAVAILABLE no room; ${b} after \\d+ ms: .*; ${c} after \\d+ ms: .*\\)$`,
      ),
    );
    expect(error.sent).toBe("yes");
  });

  it("are one where retries are turned off, and where there is one only", async () => {
    const a = await startStore(failing);
    const { store } = await clientOf([a], { retry: false });
    expect((await failureOf(store.read("x"))).attempts).toBeUndefined();
    const other = await clientOf([a]);
    expect((await failureOf(other.store.write("x"))).attempts).toBeUndefined();
    expect(a.calls).toHaveLength(2);
  });

  it("go to one server again where there is no other", async () => {
    const a = await startStore(failing);
    const { store } = await clientOf([a], { retry: { attempts: 4, backoff: 1 } });
    expect((await failureOf(store.read("x"))).attempts).toHaveLength(4);
    expect(a.calls).toHaveLength(4);
  });
});

describe("a typed error", () => {
  it("is an answer, and is not asked for again", async () => {
    const a = await startStore(() => {
      throw new Shut({ until: "noon" });
    });
    const { store } = await clientOf([a]);
    expect(await failureOf(store.read("x"))).toBeInstanceOf(Shut);
    expect(a.calls).toHaveLength(1);
  });

  it("is asked for again where the channel says so, and remains what it is", async () => {
    const a = await startStore(() => {
      throw new Shut({ until: "noon" });
    });
    const { store } = await clientOf([a], { retry: { typedErrors: true, backoff: 1 } });
    const error = await failureOf(store.read("x"));
    expect(error).toBeInstanceOf(Shut);
    expect(error).toMatchObject({ until: "noon", attempts: [{ code: "UNAVAILABLE" }, {}, {}] });
  });

  it("after another failure lists both", async () => {
    const [a, b] = [
      await startStore(failing),
      await startStore(() => {
        throw new Shut({ until: "noon" });
      }),
    ];
    const { store } = await clientOf([a, b]);
    const error = await failureOf(store.read("x"));
    expect(error).toBeInstanceOf(Shut);
    expect(error.attempts?.map(({ message }) => message)).toEqual([
      "no room",
      "Shut: The store is shut, and says so.",
    ]);
  });
});

describe("a server's wish to be left alone", () => {
  const busy =
    (retryAfter: number, times: number): Handle =>
    () => {
      if (times-- > 0) throw new RpcError("RESOURCE_EXHAUSTED", "busy", { retryAfter });
      return "done";
    };

  it("is granted", async () => {
    const arrivals: number[] = [];
    const serve = busy(120, 2);
    const a = await startStore((text, context) => {
      arrivals.push(performance.now());
      return serve(text, context);
    });
    const { store } = await clientOf([a], { retry: { backoff: 1 } });
    expect(await store.read("x")).toBe("done");
    const [first, second, third] = arrivals as [number, number, number];
    // A timer may fire a fraction of a millisecond early.
    expect(second - first).toBeGreaterThan(119);
    expect(third - second).toBeGreaterThan(119);
  });

  it("that is longer than the call has left ends it at once", async () => {
    const a = await startStore(busy(60_000, 1));
    const { store } = await clientOf([a]);
    expect(await failureOf(store.read("x", { timeout: 30_000 }))).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      retryAfter: 60_000,
    });
    expect(a.calls).toHaveLength(1);
  });
});

describe("a call's deadline", () => {
  it("is one for all attempts", async () => {
    let calls = 0;
    const a = await startStore((_text, context) =>
      calls++ === 0 ? unavailable({ retryAfter: 600 }) : untilEnded(context),
    );
    const { store } = await clientOf([a]);
    const error = await failureOf(store.read("x", { timeout: 1_500 }));
    expect(error.code).toBe("DEADLINE_EXCEEDED");
    expect(error.message).toMatch(
      /the call's timeout of 1500 ms ran out after \d+ ms while waiting for the answer/,
    );
    expect(error.attempts?.map(({ code }) => code)).toEqual(["UNAVAILABLE", "DEADLINE_EXCEEDED"]);
    const [first, second] = a.calls.map(({ deadline }) => deadline) as [number, number];
    expect(second - first).toBeLessThan(550);
  });
});

describe("trailers", () => {
  it("come once, from the answer that counts", async () => {
    const from =
      (name: string, handle: Handle): Handle =>
      (text, context) => {
        context.trailers.set("from", name);
        return handle(text, context);
      };
    const [a, b] = [await startStore(from("a", failing)), await startStore(from("b", answering("b")))];
    const { store } = await clientOf([a, b]);
    const onTrailers = vi.fn((trailers: Metadata) => trailers.get("from"));
    await store.read("x", { onTrailers });
    expect(onTrailers.mock.results).toEqual([{ type: "return", value: "b" }]);
  });
});

describe("a channel to one address", () => {
  it("retries inside the call in whose handler it is used", async () => {
    const { promise: ended, resolve: end } = deferred<unknown>();
    let calls = 0;
    const back = await startStore((_text, context) => {
      if (calls++ === 0) unavailable();
      context.signal.addEventListener("abort", () => end(context.signal.reason));
      return untilEnded(context);
    });
    const channel = await connect(back.address);
    onTestFinished(() => channel.close());
    const inner = new StoreClient(channel);
    const front = await startStore((text) => inner.read(text, { timeout: Infinity }));
    const { store } = await clientOf([front], { retry: false });
    const controller = new AbortController();
    const outer = failureOf(store.read("x", { signal: controller.signal }));
    await vi.waitFor(() => expect(back.calls).toHaveLength(2), 10_000);
    controller.abort();
    expect(await outer).toMatchObject({ code: "CANCELLED" });
    // The second attempt has the handler's signal, as the first had.
    expect(await ended).toMatchObject({ code: "CANCELLED" });
  });

  it("lists it as often as it was called", async () => {
    const a = await startStore(failing);
    const channel = await connect(a.address, { retry: { backoff: 1 } });
    onTestFinished(() => channel.close());
    const { attempts } = await failureOf(new StoreClient(channel).read("x"));
    expect(attempts?.map(({ address }) => address)).toEqual([a.address, a.address, a.address]);
  });
});

describe("a stream", () => {
  const echo: Handle = (text) => text;
  const all = async (stream: AsyncIterable<string>): Promise<string[]> => {
    const texts: string[] = [];
    for await (const text of stream) texts.push(text);
    return texts;
  };

  it("from a server that fails before its first answer comes from another one", async () => {
    const [a, b] = [await startStore(failing), await startStore(echo)];
    const { store } = await clientOf([a, b]);
    expect(await all(store.tail("x"))).toEqual(["x 1", "x 2"]);
    expect([a.calls.length, b.calls.length]).toEqual([1, 2]);
  });

  it("from a server that fails after its first answer fails", async () => {
    const [a, b] = [
      await startStore((text) => (text.endsWith("2") ? unavailable() : text)),
      await startStore(echo),
    ];
    const { store } = await clientOf([a, b]);
    const got: string[] = [];
    const reading = (async () => {
      for await (const text of store.tail("x")) got.push(text);
    })();
    expect(await failureOf(reading)).toMatchObject({ code: "UNAVAILABLE", attempts: undefined });
    expect(got).toEqual(["x 1"]);
    expect(b.calls).toEqual([]);
  });

  it("from servers that all fail says of each why", async () => {
    const stores = [await startStore(failing), await startStore(failing), await startStore(failing)];
    const { store } = await clientOf(stores);
    const error = await failureOf(all(store.tail("x")));
    expect(error.attempts?.map(({ address }) => address)).toEqual(stores.map(({ address }) => address));
  });

  it("to a server that is killed is not made again, since it may have been run", async () => {
    const [a, b] = [await startStore((_text, context) => untilEnded(context)), await startStore(echo)];
    const { store } = await clientOf([a, b]);
    const fill = failureOf(store.fill(["x", "y"]));
    await vi.waitFor(() => expect(a.calls).toHaveLength(1), 10_000);
    await a.server.close({ drain: 0 });
    expect(await fill).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    expect(b.calls).toEqual([]);
  });

  it("left early leaves nothing behind", async () => {
    const ended = deferred<unknown>();
    const [a, b] = [
      await startStore(failing),
      await startStore((text, context) => {
        context.signal.addEventListener("abort", () => ended.resolve(context.signal.reason));
        return text.endsWith("1") ? text : untilEnded(context);
      }),
    ];
    const { store } = await clientOf([a, b]);
    for await (const text of store.tail("x")) if (text === "x 1") break;
    expect(await ended.promise).toMatchObject({ code: "CANCELLED" });
  });
});

describe("servers in trouble", () => {
  it("are not called much more often for it", async () => {
    const stores = [await startStore(failing), await startStore(failing)];
    const retry = { attempts: 8, backoff: 1, budgetPerSecond: 5 };
    const { store, pings } = await clientOf(stores, { retry });
    const calls = 600;
    for (let i = 0; i < calls / 50; i++)
      await Promise.all(Array.from({ length: 50 }, () => failureOf(store.read("x"))));
    const seen = stores.reduce((sum, store) => sum + store.calls.length, 0);
    expect(seen).toBeGreaterThan(calls);
    // 5 per second over 10 s, and 20 % of the calls; eight times the calls without the budget.
    expect(seen).toBeLessThanOrEqual(calls + 50 + (calls + pings) * 0.2);
  });
});

describe("hedging", () => {
  it("wins against a slow server and cancels what it does", async () => {
    const cancelled = deferred<unknown>();
    const slow = await startStore((_text, context) => {
      context.signal.addEventListener("abort", () => cancelled.resolve(context.signal.reason));
      return untilEnded(context);
    });
    const quick = await startStore(answering("quick"));
    const { store } = await clientOf([slow, quick], { hedge: { after: 10 } });
    expect(await store.read("x")).toBe("quick");
    expect(await cancelled.promise).toMatchObject({ code: "CANCELLED" });
    expect([slow.calls.length, quick.calls.length]).toEqual([1, 1]);
  });

  it("learns what slow is from the method's own times", async () => {
    let isSlow = false;
    const a = await startStore((_text, context) => (isSlow ? untilEnded(context) : "a"));
    const b = await startStore(answering("b"));
    const { store } = await clientOf([a, b], { hedge: { after: "p95" }, timeout: 10_000 });
    for (let i = 0; i < 40; i++) await store.read("x");
    isSlow = true;
    expect(await store.read("x")).toBe("b");
  });

  it("leaves other methods alone", async () => {
    const release = deferred<string>();
    const [a, b] = [await startStore(() => release.promise), await startStore(answering("b"))];
    const { store } = await clientOf([a, b], { hedge: { after: 1 } });
    const write = store.write("x");
    expect(await store.read("x")).toBe("b");
    release.resolve("a");
    expect(await write).toBe("a");
    expect(b.calls).toHaveLength(1);
  });

  it("works without retries, in the same budget", async () => {
    const release = deferred<string>();
    const [a, b] = [await startStore(() => release.promise), await startStore(() => release.promise)];
    const { store, pings } = await clientOf([a, b], { retry: false, hedge: { after: 1 } });
    const reads = Array.from({ length: 200 }, () => store.read("x"));
    await vi.waitFor(() => expect(b.calls.length).toBeGreaterThan(100), 10_000);
    release.resolve("done");
    await Promise.all(reads);
    expect(a.calls).toHaveLength(200);
    expect(b.calls.length).toBeLessThanOrEqual(100 + (200 + pings) * 0.2);
  });
});
