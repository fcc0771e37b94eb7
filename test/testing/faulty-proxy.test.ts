import { faultyProxy, type FaultPlan, type FaultyProxy } from "@gorpc/runtime/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { failureOf, until } from "../e2e/waiting.ts";
import { dial, freshAddress, start, type World } from "../e2e/world.ts";
import { handles } from "../hostile/memory.ts";

type Proxied = Pick<World, "arith" | "server"> & { readonly proxy: FaultyProxy };

/** A server, a proxy to it, and a client on that. */
async function proxied(
  plan: FaultPlan,
  route: "tcp" | "unix" | "memory" = "tcp",
  handlers: Parameters<typeof start>[0] = {},
): Promise<Proxied> {
  const { address, server } = await start({ ...handlers, route });
  const proxy = await faultyProxy(address, plan, { listen: freshAddress(route) });
  onTestFinished(() => proxy.close());
  const { arith } = await dial(proxy.address);
  return { arith, server, proxy };
}

function answered(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}

describe.each(["tcp", "unix", "memory"] as const)("a proxy on %s", (route) => {
  it("passes calls on, large ones too, and closes with its connections", async () => {
    const { arith, proxy } = await proxied({}, route);
    expect(proxy.connections).toBe(1);
    const bytes = new Uint8Array(1_000_000).fill(5);
    expect(Buffer.compare(await arith.blob(bytes), bytes)).toBe(0);
    await proxy.close();
    expect(proxy.connections).toBe(0);
    expect(await failureOf(arith.ping())).toMatchObject({ code: "UNAVAILABLE" });
  });

  it("cuts: calls in flight fail at once, and later ones dial again", async () => {
    const { arith, server, proxy } = await proxied({}, route);
    const slow = arith.slow(60_000, { timeout: Infinity });
    await arith.ping();
    proxy.cut();
    expect(await failureOf(slow)).toMatchObject({ code: "UNAVAILABLE", sent: "maybe" });
    await arith.ping();
    // The one through the proxy, and the world's own.
    await until(() => server.connections === 2);
  });

  it("swallows everything in a black hole: calls end at their deadline", async () => {
    const { arith, proxy } = await proxied({}, route);
    await arith.ping();
    proxy.change({ toServer: { dropAfter: 0 }, toClient: { dropAfter: 0 } });
    expect(await failureOf(arith.ping({ timeout: 30 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      sent: "maybe",
    });
    expect(proxy.connections).toBe(1);
    proxy.change({});
    proxy.cut();
    await until(() => answered(arith.ping()));
  });
});

function count(handles: Readonly<Record<string, number>>): number {
  return Object.values(handles).reduce((sum, each) => sum + each, 0);
}

describe("a proxy", () => {
  it("hands on in single bytes", async () => {
    const { arith } = await proxied({ toServer: { split: 1 }, toClient: { split: 1 } });
    expect(await arith.total([1, 2, 3])).toBe(6n);
  });

  it("lets TLS through, in the pieces that it is told to make", async () => {
    const { clientTls } = await import("../tls/identities.ts");
    const { address } = await start({ route: "tls" });
    const proxy = await faultyProxy(address, { toServer: { split: [1, 7] }, toClient: { split: [1, 7] } });
    onTestFinished(() => proxy.close());
    expect(proxy.address).toMatch(/^tls:/);
    const { arith } = await dial(proxy.address, { tls: clientTls });
    expect(await arith.total([1, 2, 3])).toBe(6n);
  });

  it("refuses who comes while its server is away, and takes it again when that is back", async () => {
    const { address, server } = await start();
    const proxy = await faultyProxy(address);
    onTestFinished(() => proxy.close());
    await server.close();
    await expect(dial(proxy.address, { connectTimeout: 2_000 })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    const { arith } = await proxied({});
    await arith.ping();
  });

  it("is refused a plan that cannot be meant", async () => {
    const { address } = await start();
    await expect(faultyProxy(address, { toServer: { split: 0 } })).rejects.toThrow(RangeError);
    const proxy = await faultyProxy(address);
    expect(() => proxy.change({ toClient: { delay: -1 } })).toThrow("toClient.delay is -1");
    await proxy.close();
  });

  it("leaves no socket and no timer behind", async () => {
    const { address, arith } = await start();
    const round = async (): Promise<void> => {
      const proxy = await faultyProxy(address, {
        toServer: { delay: 10_000 },
        toClient: { bytesPerSecond: 1 },
      });
      const failed = dial(proxy.address).then(
        () => expect.fail("it connected"),
        () => {},
      );
      await until(() => proxy.connections === 1);
      await proxy.close();
      await failed;
    };
    await arith.ping();
    const before = count(handles());
    for (let i = 0; i < 5; i++) await round();
    // What earlier tests left may be closing still.
    await until(() => count(handles()) <= before);
  });
});
