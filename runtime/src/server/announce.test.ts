import { describe, expect, test } from "vitest";
import type { Registration, Registry } from "../registry/resolver.ts";
import { announce, type AnnounceOptions } from "./announce.ts";

async function announced(
  bound: readonly string[],
  options: Partial<AnnounceOptions> = {},
): Promise<Registration> {
  let seen: Registration | undefined;
  const registry: Registry = {
    register: async (registration) => {
      seen = registration;
      return { withdraw: async () => {} };
    },
    resolve: () => {
      throw new Error("not used");
    },
  };
  await announce(registry, { name: "orders", ...options }, bound, ["shop.Orders"]);
  return seen!;
}

test("the bound address, the services, and what the server says of itself", async () => {
  expect(await announced(["tcp://10.0.0.7:9000"])).toEqual({
    name: "orders",
    endpoint: { id: "tcp://10.0.0.7:9000", address: "tcp://10.0.0.7:9000", services: ["shop.Orders"] },
  });
  expect(
    await announced(["unix:///run/o.sock"], { id: "o1", weight: 2, zone: "a", metadata: { v: "3" } }),
  ).toEqual({
    name: "orders",
    endpoint: {
      id: "o1",
      address: "unix:///run/o.sock",
      services: ["shop.Orders"],
      weight: 2,
      zone: "a",
      metadata: { v: "3" },
    },
  });
});

test("another address where it says so", async () => {
  const bound = ["tcp://0.0.0.0:9000", "unix:///run/o.sock"];
  const { endpoint } = await announced(bound, { address: "tcp://orders.internal:80" });
  expect(endpoint).toMatchObject({ id: "tcp://orders.internal:80", address: "tcp://orders.internal:80" });
});

describe("where callers cannot know the address, the error names the remedy", () => {
  test.each(["tcp://0.0.0.0:9000", "tcp://[::]:9000", "tcp://[0:0:0:0:0:0:0:0]:9000", "tls://0.0.0.0:9000"])(
    "%s",
    async (bound) => {
      await expect(announced([bound])).rejects.toThrow(
        `the server listens on every interface (${bound}), which is no address that callers can use: ` +
          `say with the option address how they reach it, such as ${bound.slice(0, 3)}://10.0.0.7:9000`,
      );
    },
  );

  test("none, and several", async () => {
    await expect(announced([])).rejects.toThrow("call listen() before announce()");
    await expect(announced(["tcp://h:1", "unix:///s"])).rejects.toThrow(
      "the server listens on tcp://h:1, unix:///s: say with the option address which one callers use",
    );
  });

  test("one that is no address", async () => {
    await expect(announced(["tcp://h:1"], { address: "h:1" })).rejects.toThrow(TypeError);
  });
});
