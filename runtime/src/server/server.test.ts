import { MessageChannel } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import type { Lease, Registry, Resolver } from "../registry/resolver.ts";
import { service } from "../schema/service.ts";
import { Server } from "./server.ts";

/** A registry that answers a registration when told to. */
class SlowRegistry implements Registry {
  withdrawn = 0;
  answer!: () => void;
  readonly asked: Promise<void>;
  #onAsked!: () => void;

  constructor() {
    this.asked = new Promise((resolve) => (this.#onAsked = resolve));
  }

  register(): Promise<Lease> {
    this.#onAsked();
    const lease: Lease = { withdraw: async () => void this.withdrawn++ };
    return new Promise((resolve) => (this.answer = () => resolve(lease)));
  }

  resolve(): Resolver {
    throw new Error("nobody asks");
  }
}

describe("Server.announce", () => {
  it("withdraws a registration that arrives after the server has closed", async () => {
    const registry = new SlowRegistry();
    const server = new Server();
    await server.listen("memory:late");
    const announced = server.announce(registry, { name: "orders" });
    await registry.asked;
    await server.close();
    registry.answer();
    await expect(announced).rejects.toThrow("the server is closed");
    expect(registry.withdrawn).toBe(1);
  });

  it("is refused once the server is closed", async () => {
    const server = new Server();
    await server.close();
    await expect(server.announce(new SlowRegistry(), { name: "orders" })).rejects.toThrow(
      "the server is closed",
    );
  });

  it("knows nothing of the ports of other threads that the server listens on", async () => {
    const { port2 } = new MessageChannel();
    const server = new Server();
    expect(await server.listen(port2)).toBe("MessagePort");
    await expect(server.announce(new SlowRegistry(), { name: "orders" })).rejects.toThrow(
      "the server is not listening yet",
    );
    await server.close();
    // The port is free again.
    const next = new Server();
    await next.listen(port2);
    await expect(next.listen(port2)).rejects.toThrow("a server listens on this MessagePort already");
    await next.close();
  });
});

describe("Server.listen", () => {
  it.each(["tcp://127.0.0.1:0", "memory:closing", new MessageChannel().port1])(
    "is refused where the server closes meanwhile, and listens no more",
    async (at) => {
      const server = new Server();
      const listening = server.listen(at);
      await Promise.all([server.close(), expect(listening).rejects.toThrow("the server is closed")]);
      const next = new Server();
      await next.listen(at);
      await next.close();
    },
  );
});

describe("Server.services", () => {
  it("are those that are registered, in order", () => {
    const server = new Server();
    expect(server.services).toEqual([]);
    const [one, two] = ["test.Two", "test.One"].map((name) =>
      service<object, Record<string, never>>(name, () => ({})),
    );
    server.register(one!, {}).register(two!, {});
    expect(server.services).toEqual([one, two]);
  });
});

describe("Server.closing", () => {
  it("fires once, as soon as the server is told to close", async () => {
    const server = new Server();
    const seen: unknown[] = [];
    let again: Promise<void> | undefined;
    server.closing.addEventListener("abort", () => {
      seen.push(server.closing.reason);
      again = server.close();
    });
    expect(server.closing.aborted).toBe(false);
    const closed = server.close();
    expect(seen).toMatchObject([{ code: "UNAVAILABLE", message: "the server is closing" }]);
    await Promise.all([closed, again, server.close()]);
    expect(seen).toHaveLength(1);
  });

  it("fires where a process's signal handler passes its own arguments", async () => {
    const server = new Server();
    await (server.close as (signal: string) => Promise<void>).call(server, "SIGTERM");
    expect(server.closing.aborted).toBe(true);
  });

  it("does not fire where the drain is refused", async () => {
    const server = new Server();
    await expect(server.close({ drain: -1 })).rejects.toThrow(RangeError);
    expect(server.closing.aborted).toBe(false);
    await server.close();
  });
});
