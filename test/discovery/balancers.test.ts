import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, connect, type ConnectOptions, RpcError, Server } from "@gorpc/runtime";
import { consistentHash, weightedRoundRobin } from "@gorpc/runtime/balancer";
import type { Endpoint, EndpointChange, Resolver } from "@gorpc/runtime/registry";
import { expect, onTestFinished, test, vi } from "vitest";
import { Store, StoreClient } from "../retry/store.gorpc.ts";

type Read = (key: string) => string | Promise<string>;

/** A server that answers with its name, and counts its calls. */
class StoreServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  calls = 0;
  readonly #server: Server;

  static async start(
    name: string,
    more: Partial<Endpoint> = {},
    read: Read = () => name,
  ): Promise<StoreServer> {
    const server = new Server();
    const address = await server.listen("tcp://127.0.0.1:0");
    const made = new StoreServer(server, { id: name, address, ...more });
    const serve = (key: string): string | Promise<string> => {
      made.calls++;
      return read(key);
    };
    server.register(Store, { read: serve, write: serve, tail: async function* () {}, fill: () => name });
    onTestFinished(() => made.stop());
    return made;
  }

  private constructor(server: Server, endpoint: Endpoint) {
    this.#server = server;
    this.endpoint = endpoint;
    this.name = endpoint.id;
  }

  stop(): Promise<void> {
    return this.#server.close({ drain: 1_000 });
  }
}

/** A resolver that a test tells what there is. */
class Told implements Resolver {
  readonly target = "stores";
  #changes: EndpointChange[];
  #wake = (): void => {};

  constructor(servers: readonly StoreServer[]) {
    this.#changes = [{ kind: "snapshot", endpoints: servers.map(({ endpoint }) => endpoint) }];
  }

  tell(change: EndpointChange): void {
    this.#changes.push(change);
    this.#wake();
  }

  async *watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    signal.addEventListener("abort", () => this.#wake());
    while (!signal.aborted) {
      yield* this.#changes.splice(0);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Connected to all of them. */
async function clientOf(
  servers: readonly StoreServer[],
  options: ConnectOptions,
): Promise<{ store: StoreClient; told: Told; channel: Channel }> {
  const told = new Told(servers);
  const channel = await connect(told, options);
  onTestFinished(() => channel.close());
  const store = new StoreClient(channel);
  return { store, told, channel };
}

/** Calls until each server has answered one: then all are connected. */
async function reachAll(store: StoreClient, servers: readonly StoreServer[]): Promise<void> {
  for (let key = 0; servers.some(({ calls }) => calls === 0); key++) await store.read(`warm-up ${key}`);
  for (const server of servers) server.calls = 0;
}

async function callers(count: number, calls: number, call: (i: number) => Promise<unknown>): Promise<void> {
  const loop = async (caller: number): Promise<void> => {
    for (let i = caller; i < calls; i += count) await call(i);
  };
  await Promise.all(Array.from({ length: count }, (_, caller) => loop(caller)));
}

test("by default, a slow server is avoided", async () => {
  const quick = (name: string): Promise<StoreServer> =>
    StoreServer.start(name, {}, async () => (await sleep(2), name));
  const slow = await StoreServer.start("slow", {}, async () => (await sleep(600), "slow"));
  const servers = [await quick("a"), slow, await quick("b")];
  const { store } = await clientOf(servers, {});
  await reachAll(store, servers);
  await callers(4, 400, (i) => store.read(`${i}`));
  expect(slow.calls).toBeLessThan(20);
  expect(servers[0]!.calls + servers[2]!.calls).toBeGreaterThan(380);
});

test("by default, a server that fails at once draws no calls", async () => {
  const work = async (name: string): Promise<string> => (await sleep(3), name);
  const failing = await StoreServer.start("failing", {}, () => {
    throw new RpcError("UNAVAILABLE", "no database");
  });
  const servers = [failing, await StoreServer.start("a", {}, work), await StoreServer.start("b", {}, work)];
  const { store } = await clientOf(servers, { retry: false });
  await callers(4, 20, (i) => store.read(`${i}`).catch(() => {}));
  await vi.waitFor(async () => {
    await store.read("x").catch(() => {});
    for (const { calls } of servers) expect(calls).toBeGreaterThan(0);
  }, 10_000);
  for (const server of servers) server.calls = 0;
  await callers(4, 400, (i) => store.read(`${i}`).catch(() => {}));
  expect(failing.calls).toBeLessThan(60);
});

test("weights are kept to, and a new weight counts at once", async () => {
  const servers = [await StoreServer.start("a", { weight: 1 }), await StoreServer.start("b", { weight: 3 })];
  const { store, told } = await clientOf(servers, { balancer: weightedRoundRobin() });
  await reachAll(store, servers);
  await callers(4, 400, () => store.read("k"));
  expect(Math.abs(servers[0]!.calls - 100)).toBeLessThanOrEqual(1);
  told.tell({ kind: "update", endpoint: { ...servers[0]!.endpoint, weight: 3 } });
  await sleep(0);
  for (const server of servers) server.calls = 0;
  await callers(4, 400, () => store.read("k"));
  expect(Math.abs(servers[0]!.calls - 200)).toBeLessThanOrEqual(1);
});

test("a key stays with its server while others come and go", async () => {
  const servers = await Promise.all(["a", "b", "c", "d"].map((name) => StoreServer.start(name)));
  const balancer = consistentHash((key: string) => key);
  const { store, told } = await clientOf(servers, { balancer });
  await reachAll(store, servers);
  const keys = Array.from({ length: 60 }, (_, i) => `customer-${i}`);
  const owners = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const key of keys) found.push(await store.read(key));
    return found;
  };
  const before = await owners();
  expect(new Set(before).size).toBe(4);
  expect(await owners()).toEqual(before);

  // One leaves, as a server does that is shut down: its keys move, the others stay.
  told.tell({ kind: "remove", id: "b", reason: "withdrawn" });
  await servers[1]!.stop();
  const without = await owners();
  for (const [i, owner] of before.entries())
    if (owner === "b") expect(["a", "c", "d"]).toContain(without[i]);
    else expect(without[i]).toBe(owner);

  // Another comes: what moves, moves there.
  const fifth = await StoreServer.start("e");
  told.tell({ kind: "insert", endpoint: fifth.endpoint });
  await vi.waitFor(async () => expect(await owners()).toContain("e"), 10_000);
  for (const [i, owner] of (await owners()).entries()) if (owner !== "e") expect(owner).toBe(without[i]);
});

test("with outlier ejection, calls of a failing server go to the others", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const servers = await Promise.all(
    names.map((name) =>
      StoreServer.start(name, {}, () => {
        if (name === "c") throw new RpcError("INTERNAL", "a bug");
        return name;
      }),
    ),
  );
  const warn = vi.fn();
  const { store } = await clientOf(servers, {
    balancer: weightedRoundRobin(),
    retry: false,
    logger: { warn, error: warn },
    outlierEjection: { interval: 50, failurePercentage: { minCalls: 5 } },
  });
  const call = (): Promise<unknown> => store.write("x").catch(() => {});
  await vi.waitFor(async () => {
    await callers(5, 50, call);
    expect(warn).toHaveBeenCalled();
  }, 10_000);
  expect(warn.mock.calls[0]![1]).toEqual({ endpoint: servers[2]!.endpoint });
  const failed = servers[2]!.calls;
  await callers(5, 100, () => store.write("x"));
  expect(servers[2]!.calls).toBe(failed);
});
