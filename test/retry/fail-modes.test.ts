import { type FailMode, Metadata, RpcError } from "@gorpc/runtime";
import { broadcast, circuitBreaker, type EndpointResult, fork, healthChecks } from "@gorpc/runtime/balancer";
import { registerHealth, serving, ServingStatus } from "@gorpc/runtime/health";
import { describe, expect, it, vi } from "vitest";
import { deferred, failureOf } from "../e2e/waiting.ts";
import { StoreClient } from "./store.gorpc.ts";
import { clientOf, type Handle, startStore, type StoreServer, unavailable, untilEnded } from "./stores.ts";

const answering =
  (name: string): Handle =>
  () =>
    name;
const failing: Handle = () => unavailable();
const counts = (...stores: StoreServer[]): number[] => stores.map(({ calls }) => calls.length);
const quick = { retry: { backoff: 1 }, hedge: { after: 5 } };

/** Ends with its call, and says so. */
function held(): { readonly handle: Handle; readonly entered: Promise<void>; readonly ended: Promise<void> } {
  const [entered, ended] = [deferred(), deferred()];
  const handle: Handle = (_text, context) => {
    entered.resolve();
    context.signal.addEventListener("abort", () => ended.resolve());
    return untilEnded(context);
  };
  return { handle, entered: entered.promise, ended: ended.promise };
}

describe("a read that fails", () => {
  const made = async (
    failMode: FailMode,
  ): Promise<{ readonly outcome: unknown; readonly calls: number[] }> => {
    const [a, b] = [await startStore(failing), await startStore(answering("b"))];
    const { store } = await clientOf([a, b], quick);
    const outcome = await store.read("x", { failMode }).catch((error: unknown) => (error as RpcError).code);
    return { outcome, calls: counts(a, b) };
  };

  it.each([
    ["failFast", "UNAVAILABLE", [1, 0]],
    ["failOver", "b", [1, 1]],
    ["failTry", "UNAVAILABLE", [3, 0]],
    ["failBackup", "b", [1, 1]],
  ] as const)("by its mode: %s", async (failMode, outcome, calls) => {
    expect(await made(failMode)).toEqual({ outcome, calls });
  });

  it("by its method's mode", async () => {
    const [a, b] = [await startStore(failing), await startStore(answering("b"))];
    const { store } = await clientOf([a, b], {
      failMode: ({ name }) => (name === "Read" ? "failFast" : undefined),
    });
    expect(await failureOf(store.read("x"))).toMatchObject({ code: "UNAVAILABLE", attempts: undefined });
    const read: string[] = [];
    for await (const text of store.tail("x")) read.push(text);
    expect(read).toEqual(["b", "b"]);
  });
});

it("a write that may have been run is run once, in any mode", async () => {
  for (const failMode of ["failFast", "failOver", "failTry", "failBackup"] as const) {
    const [a, b] = [await startStore(failing), await startStore(answering("b"))];
    const { store } = await clientOf([a, b], quick);
    expect(await failureOf(store.write("x", { failMode }))).toMatchObject({ sent: "yes" });
    expect(counts(a, b)).toEqual([1, 0]);
  }
});

it("a late read is made a second time where the call asks for it", async () => {
  const { handle, ended } = held();
  const [a, b] = [await startStore(handle), await startStore(answering("b"))];
  const { store } = await clientOf([a, b], { ...quick, failMode: "failOver" });
  expect(await store.read("x", { failMode: "failBackup" })).toBe("b");
  await ended;
  expect(counts(a, b)).toEqual([1, 1]);
});

describe("broadcast", () => {
  it("reaches all, through the channel's interceptors, and tells what each made of it", async () => {
    const stores = [
      await startStore(answering("a")),
      await startStore(answering("b")),
      await startStore(answering("c")),
    ];
    const token = Metadata.from({ token: "secret" });
    const { channel } = await clientOf(stores, {
      interceptors: [
        {
          unary: (next) => (call) => next({ ...call, options: { ...call.options, metadata: token } }),
        },
      ],
    });
    const results: EndpointResult[] = [];
    const all = new StoreClient(broadcast(channel, { onResult: (result) => results.push(result) }));
    expect(["a", "b", "c"]).toContain(await all.write("x"));
    expect(counts(...stores)).toEqual([1, 1, 1]);
    for (const { calls } of stores) expect(calls[0]!.metadata.get("token")).toBe("secret");
    const told = results.map((result) => [result.endpoint.address, "value" in result && result.value]);
    expect(new Map(told as [string, string][])).toEqual(
      new Map(stores.map(({ address }, i) => [address, "abc"[i]])),
    );
    for (const { ms } of results) expect(ms).toBeGreaterThan(0);
  });

  it("ends the handlers of the others when one fails", async () => {
    const a = held();
    const { promise, resolve } = deferred();
    const failsLater: Handle = async () => {
      await promise;
      throw new RpcError("FAILED_PRECONDITION", "read only");
    };
    const stores = [await startStore(a.handle), await startStore(failsLater)];
    const { channel } = await clientOf(stores);
    const failed = failureOf(new StoreClient(broadcast(channel)).write("x"));
    await a.entered;
    resolve();
    expect(await failed).toMatchObject({ code: "FAILED_PRECONDITION", sent: "yes" });
    await a.ended;
  });

  it("makes a call again where that is safe, on the same server", async () => {
    let calls = 0;
    const a = await startStore(() => (++calls === 1 ? unavailable() : "a"));
    const b = await startStore(answering("b"));
    const { channel } = await clientOf([a, b], { retry: { backoff: 1 } });
    await new StoreClient(broadcast(channel)).read("x");
    expect(counts(a, b)).toEqual([2, 1]);
    const fast = new StoreClient(broadcast(channel));
    calls = 0;
    expect(await failureOf(fast.read("x", { failMode: "failFast" }))).toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("fork", () => {
  it("takes the first good answer and ends the other handlers", async () => {
    const { handle, entered, ended } = held();
    const c: Handle = async () => {
      await entered;
      return "c";
    };
    const stores = [await startStore(handle), await startStore(failing), await startStore(c)];
    const { channel } = await clientOf(stores, { retry: { backoff: 1 } });
    expect(await new StoreClient(fork(channel)).read("x")).toBe("c");
    await ended;
  });
});

describe("guards", () => {
  it("a server that says that it is not serving gets no calls until it says so", async () => {
    const [a, b] = [await startStore(answering("a")), await startStore(answering("b"))];
    const health = registerHealth(a.server);
    const { store } = await clientOf([a, b], {
      guards: [healthChecks(serving(), { interval: 10, unhealthyThreshold: 2 })],
    });
    expect(await store.read("x")).toBe("a");
    health.set(ServingStatus.NOT_SERVING);
    await vi.waitFor(async () => expect(await store.read("x")).toBe("b"), 10_000);
    health.set(ServingStatus.SERVING);
    await vi.waitFor(async () => expect(await store.read("x")).toBe("a"), 10_000);
  });

  it("a server whose streams fail is left out, and tried again", async () => {
    let isIll = true;
    const a = await startStore(() => (isIll ? unavailable() : "a"));
    const b = await startStore(answering("b"));
    const { store } = await clientOf([a, b], {
      guards: [circuitBreaker({ consecutiveFailures: 2, openTime: 1_000, probes: 1 })],
    });
    const tail = async (): Promise<string> => {
      for await (const text of store.tail("x", { failMode: "failFast" })) return text;
      return "";
    };
    const outcomes: string[] = [];
    for (let i = 0; i < 3; i++) outcomes.push(await tail().catch(() => "failed"));
    expect(outcomes).toEqual(["failed", "failed", "b"]);
    isIll = false;
    await vi.waitFor(async () => expect(await tail()).toBe("a"), 10_000);
  });
});
