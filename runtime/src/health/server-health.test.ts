import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { service, type Service } from "../schema/service.ts";
import { Server } from "../server/server.ts";
import { HealthClient, registerHealth, type ServerHealth, ServiceUnknown, ServingStatus } from "./index.ts";

const { SERVING, NOT_SERVING } = ServingStatus;
const Shop: Service<object, Record<string, never>> = service("shop.v1.Shop", () => ({}));

let server: Server;
let health: ServerHealth;
beforeEach(() => {
  server = new Server();
  server.register(Shop, {});
  health = registerHealth(server);
});
afterEach(() => server.close({ drain: 0 }));

async function withClient<T>(use: (client: HealthClient) => Promise<T>): Promise<T> {
  const channel = server.inMemory();
  try {
    return await use(new HealthClient(channel));
  } finally {
    await channel.close();
  }
}

describe("Check, as a caller sees it", () => {
  it("is SERVING for the server and what is registered, until something else is set", async () => {
    await withClient(async (client) => {
      expect(await client.check({ service: "" })).toEqual({ status: SERVING });
      expect(await client.check({ service: "shop.v1.Shop" })).toEqual({ status: SERVING });
      expect(await client.check({ service: "gorpc.health.v1.Health" })).toEqual({ status: SERVING });
      health.set(Shop, NOT_SERVING);
      expect(await client.check({ service: "shop.v1.Shop" })).toEqual({ status: NOT_SERVING });
      expect(await client.check({ service: "" })).toEqual({ status: SERVING });
      health.set(NOT_SERVING);
      health.set("shop.v1.Shop", SERVING);
      expect(await client.check({ service: "shop.v1.Shop" })).toEqual({ status: SERVING });
      expect(await client.check({ service: "" })).toEqual({ status: NOT_SERVING });
    });
  });

  it("is a typed error for what is neither registered nor set", async () => {
    await withClient(async (client) => {
      const failed = client.check({ service: "shop.v1.Shoe" });
      await expect(failed).rejects.toBeInstanceOf(ServiceUnknown);
      await expect(failed).rejects.toMatchObject({ service: "shop.v1.Shoe", code: "NOT_FOUND" });
      health.set("database", NOT_SERVING);
      expect(await client.check({ service: "database" })).toEqual({ status: NOT_SERVING });
      await expect(client.check({ service: "constructor" })).rejects.toBeInstanceOf(ServiceUnknown);
    });
  });
});

describe("ServerHealth", () => {
  it("refuses what is no status", () => {
    for (const status of [0, 3, "SERVING", undefined]) {
      expect(() => health.set("shop.v1.Shop", status as never)).toThrow(RangeError);
    }
    expect(() => health.set(0 as never)).toThrow("a status is SERVING (1) or NOT_SERVING (2), not 0");
    expect(health.get()).toBe(SERVING);
  });

  it("is NOT_SERVING throughout once the server closes, whatever is set", async () => {
    health.set("database", SERVING);
    const closed = server.close();
    health.set(Shop, SERVING);
    expect([health.get(), health.get(Shop), health.get("database")]).toEqual([
      NOT_SERVING,
      NOT_SERVING,
      NOT_SERVING,
    ]);
    expect(health.get("unknown")).toBeUndefined();
    await closed;
  });

  it("is registered once", () => {
    expect(() => registerHealth(server)).toThrow("gorpc.health.v1.Health is registered already");
  });
});

describe("Watch", () => {
  function watch(service = "") {
    const caller = new AbortController();
    return { caller, statuses: health.watch({ service }, { signal: caller.signal }) };
  }
  const told = (status: ServingStatus) => ({ done: false, value: { status } });
  const over = { done: true, value: undefined };

  it("tells the status, then each change, and no change twice", async () => {
    const { statuses } = watch("shop.v1.Shop");
    expect(await statuses.next()).toEqual(told(SERVING));
    const second = statuses.next();
    health.set(Shop, SERVING);
    health.set("another", NOT_SERVING);
    health.set(Shop, NOT_SERVING);
    expect(await second).toEqual(told(NOT_SERVING));
    const third = statuses.next();
    health.set(Shop, SERVING);
    expect(await third).toEqual(told(SERVING));
  });

  it("tells a slow reader the last change only", async () => {
    const { statuses } = watch();
    expect(await statuses.next()).toEqual(told(SERVING));
    for (let round = 0; round < 1_000; round++) health.set(round % 2 === 0 ? SERVING : NOT_SERVING);
    expect(await statuses.next()).toEqual(told(NOT_SERVING));
  });

  it("fails for a service that nobody knows", async () => {
    await expect(watch("shop.v1.Shoe").statuses.next()).rejects.toBeInstanceOf(ServiceUnknown);
  });

  it("ends with its caller, also while it waits", async () => {
    const { caller, statuses } = watch();
    await statuses.next();
    const waiting = statuses.next();
    caller.abort();
    expect(await waiting).toEqual(over);
    const late = watch();
    late.caller.abort();
    expect(await late.statuses.next()).toEqual(over);
  });

  it("ends behind NOT_SERVING when the server closes", async () => {
    const waiting = watch();
    await waiting.statuses.next();
    const changed = waiting.statuses.next();
    const fresh = watch("shop.v1.Shop");
    const closed = server.close();
    expect(await changed).toEqual(told(NOT_SERVING));
    expect(await waiting.statuses.next()).toEqual(over);
    expect(await fresh.statuses.next()).toEqual(told(NOT_SERVING));
    expect(await fresh.statuses.next()).toEqual(over);
    await closed;
  });

  it("leaves no listener behind", async () => {
    const { caller, statuses } = watch();
    await statuses.next();
    for (const status of [NOT_SERVING, SERVING, NOT_SERVING, SERVING]) {
      const next = statuses.next();
      health.set(status);
      await next;
    }
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
    const waiting = statuses.next();
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(1);
    caller.abort();
    await waiting;
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
  });
});

describe("Watch, as a caller sees it", () => {
  it("tells changes until the caller has seen enough", async () => {
    await withClient(async (client) => {
      const seen: ServingStatus[] = [];
      for await (const { status } of client.watch({ service: "shop.v1.Shop" })) {
        seen.push(status);
        if (seen.length === 3) break;
        health.set(Shop, status === SERVING ? NOT_SERVING : SERVING);
      }
      expect(seen).toEqual([SERVING, NOT_SERVING, SERVING]);
    });
  });

  it("ends behind NOT_SERVING when the server closes, and holds up no drain", async () => {
    await withClient(async (client) => {
      const seen: ServingStatus[] = [];
      let closed: Promise<void> | undefined;
      for await (const { status } of client.watch({ service: "" })) {
        seen.push(status);
        closed ??= server.close({ drain: Infinity });
      }
      expect(seen).toEqual([SERVING, NOT_SERVING]);
      await closed;
    });
  });

  it("is a typed error for what is neither registered nor set", async () => {
    await withClient(async (client) => {
      const next = client.watch({ service: "shop.v1.Shoe" })[Symbol.asyncIterator]().next();
      await expect(next).rejects.toBeInstanceOf(ServiceUnknown);
    });
  });
});
