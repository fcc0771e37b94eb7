import { connect, Server } from "@gorpc/runtime";
import { httpRegistry, RegistryServer, type Registry } from "@gorpc/runtime/registry";
import { expect, onTestFinished, test, vi } from "vitest";
import { soakHandlers } from "../soak/handlers.ts";
import { perform } from "../soak/perform.ts";
import type { Kind, Plan } from "../soak/plan.ts";
import { Soak, SoakClient } from "../soak/soak.gorpc.ts";

/** How often each call ran, by its id, and where. */
class Runs {
  readonly times = new Map<string, number>();
  readonly servers = new Map<string, number>();

  add(server: string, id: string): void {
    this.times.set(id, (this.times.get(id) ?? 0) + 1);
    this.servers.set(server, (this.servers.get(server) ?? 0) + 1);
  }
}

async function startServer(name: string, registry: Registry, runs: Runs): Promise<Server> {
  const server = new Server();
  server.register(
    Soak,
    soakHandlers((id) => runs.add(name, id)),
  );
  await server.listen("tcp://127.0.0.1:0");
  await server.announce(registry, { name: "soak", id: name });
  onTestFinished(() => server.close({ drain: 0.001 }));
  return server;
}

function planOf(kind: Kind, id: string): Plan {
  const count = kind === "one" ? 1 : 8;
  const job = { id, answers: kind === "up" ? 1 : count, size: 700, takes: kind === "one" ? 2 : 1 };
  return {
    ...{ kind, job: { ...job, failsAfter: undefined }, pieces: kind === "down" ? 0 : count, pieceSize: 500 },
    ...{ timeout: 30_000, pause: 0, leaves: undefined },
  };
}

test.each<Kind>(["one", "down", "up", "both"])(
  "a rolling restart of three servers at full load loses and duplicates no call: %s",
  async (kind) => {
    const registryServer = new RegistryServer();
    onTestFinished(() => registryServer.close());
    const registry = httpRegistry({ url: await registryServer.listen() });
    const runs = new Runs();
    const fleet = await Promise.all(["a", "b", "c"].map((name) => startServer(name, registry, runs)));
    // The balancer alone: what it does not move, a retry would hide.
    const channel = await connect(registry.resolve("soak"), { retry: false });
    onTestFinished(() => channel.close());
    const client = new SoakClient(channel);

    const answered: string[] = [];
    const lost: unknown[] = [];
    let stopped = false;
    let made = 0;
    const loops = Array.from({ length: 48 }, async () => {
      while (!stopped) {
        const plan = planOf(kind, `${kind}-${++made}`);
        const ending = await perform(client, plan);
        if (ending.end === "answered") answered.push(plan.job.id);
        else lost.push(ending);
      }
    });
    for (const [i, server] of fleet.entries()) {
      const [old, fresh] = ["abc"[i]!, `${"abc"[i]}2`];
      await vi.waitFor(() => expect(runs.servers.get(old)).toBeGreaterThan(50), 10_000);
      await startServer(fresh, registry, runs);
      await server.close({ drain: 20_000 });
      await vi.waitFor(() => expect(runs.servers.get(fresh)).toBeGreaterThan(50), 10_000);
    }
    stopped = true;
    await Promise.all(loops);
    expect(lost).toEqual([]);
    expect(answered.length).toBe(made);
    expect([...runs.times].filter(([, times]) => times !== 1)).toEqual([]);
    expect(runs.times.size).toBe(made);
  },
);
