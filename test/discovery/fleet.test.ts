import { connect, type RpcError, Server } from "@gorpc/runtime";
import { type Balancer, leastInFlight, peakEwma, random, roundRobin } from "@gorpc/runtime/balancer";
import { httpRegistry, RegistryServer, type Registry, staticResolver } from "@gorpc/runtime/registry";
import { expect, onTestFinished, test, vi } from "vitest";
import { OrderNotFound, Orders, OrdersClient, OrderStatus } from "../../examples/quickstart/orders.gorpc.ts";

/** A server whose orders tell who took them. */
async function startServer(name: string, registry?: Registry): Promise<{ server: Server; address: string }> {
  const server = new Server();
  let placed = 0;
  server.register(Orders, {
    get({ id }) {
      throw new OrderNotFound({ id });
    },
    async place() {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return `${name}-${++placed}`;
    },
    stocktake: () => BigInt(OrderStatus.UNKNOWN),
  });
  const address = await server.listen("tcp://127.0.0.1:0");
  if (registry !== undefined) await server.announce(registry, { name: "orders", id: name });
  onTestFinished(() => server.close({ drain: 0.001 }));
  return { server, address };
}

async function startRegistry(url?: string): Promise<{ url: string; server: RegistryServer }> {
  const server = new RegistryServer();
  onTestFinished(() => server.close());
  return { url: await server.listen(url), server };
}

async function callers(
  count: number,
  orders: OrdersClient,
): Promise<{ stop: () => Promise<void>; served: Map<string, number>; errors: unknown[] }> {
  const served = new Map<string, number>();
  const errors: unknown[] = [];
  let stopped = false;
  const loops = Array.from({ length: count }, async () => {
    while (!stopped) {
      try {
        const name = (await orders.place({ items: [] })).split("-")[0]!;
        served.set(name, (served.get(name) ?? 0) + 1);
      } catch (error) {
        errors.push(error);
      }
    }
  });
  return {
    served,
    errors,
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
    },
  };
}

async function client(registry: Registry, balancer: Balancer): Promise<OrdersClient> {
  const channel = await connect(registry.resolve("orders"), { balancer });
  onTestFinished(() => channel.close());
  return new OrdersClient(channel);
}

test.each([roundRobin(), random(), peakEwma(), leastInFlight()])(
  "$name: a rolling restart under load loses no call",
  async (balancer) => {
    const { url } = await startRegistry();
    const registry = httpRegistry({ url });
    const fleet = await Promise.all(["a", "b", "c"].map((name) => startServer(name, registry)));
    const { stop, served, errors } = await callers(16, await client(registry, balancer));
    for (const [i, { server }] of fleet.entries()) {
      await vi.waitFor(() => expect(served.get("abc"[i]!)).toBeGreaterThan(20), 10_000);
      const fresh = `${"abc"[i]}${"abc"[i]}`;
      await startServer(fresh, registry);
      await server.close({ drain: 5_000 });
      await vi.waitFor(() => expect(served.get(fresh)).toBeGreaterThan(20), 10_000);
    }
    await stop();
    expect(errors).toEqual([]);
    expect([...served.keys()].sort()).toEqual(["a", "aa", "b", "bb", "c", "cc"]);
  },
);

test("a registry that dies and comes back empty is not noticed by callers", async () => {
  const first = await startRegistry();
  const registry = httpRegistry({ url: first.url, ttl: 1_000 });
  await Promise.all(["a", "b"].map((name) => startServer(name, registry)));
  const { stop, served, errors } = await callers(4, await client(registry, roundRobin()));
  await first.server.close();
  await startRegistry(first.url);
  await vi.waitFor(async () => {
    const { services } = (await (await fetch(first.url)).json()) as { services: { endpoints: object[] }[] };
    expect(services[0]?.endpoints).toHaveLength(2);
  }, 10_000);
  served.clear();
  await vi.waitFor(
    () => expect(Math.min(served.get("a") ?? 0, served.get("b") ?? 0)).toBeGreaterThan(20),
    10_000,
  );
  await stop();
  expect(errors).toEqual([]);
});

test("servers that come back at their addresses are used again, without a registry", async () => {
  const [a, b] = [await startServer("a"), await startServer("b")];
  const channel = await connect(staticResolver([a.address, b.address]));
  onTestFinished(() => channel.close());
  const orders = new OrdersClient(channel);
  await a.server.close();
  await b.server.close();
  const failed = expect.objectContaining({ code: "UNAVAILABLE", sent: "no" }) as RpcError;
  await vi.waitFor(
    async () => expect(await orders.place({ items: [] }).catch((error: unknown) => error)).toEqual(failed),
    10_000,
  );
  const again = new Server();
  onTestFinished(() => again.close({ drain: 0.001 }));
  again.register(Orders, {
    get: ({ id }) => Promise.reject(new OrderNotFound({ id })),
    place: () => "again",
    stocktake: () => 0n,
  });
  await again.listen(a.address);
  await vi.waitFor(async () => expect(await orders.place({ items: [] })).toBe("again"), 10_000);
  await expect(orders.get({ id: "x" })).rejects.toBeInstanceOf(OrderNotFound);
});

test("nobody there: connecting and calling say what is missing", async () => {
  const { url, server } = await startRegistry();
  const registry = httpRegistry({ url });
  await expect(connect(registry.resolve("orders"), { connectTimeout: 50 })).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: expect.stringContaining(`orders (${url}): `) as string,
  });
  const { address, server: gone } = await startServer("a");
  await gone.close();
  await expect(connect(staticResolver([address]))).rejects.toThrow(
    new RegExp(`no endpoint can be reached: ${address} \\(connect ECONNREFUSED`),
  );
  await server.close();
});
