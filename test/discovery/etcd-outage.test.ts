import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@gorpc/runtime";
import { etcdRegistry } from "@gorpc/runtime/etcd";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { until } from "../e2e/waiting.ts";
import { startServer } from "../e2e/world.ts";
import { base64, type Etcd } from "./etcd-process.ts";
import {
  areStored,
  cluster,
  lifetime,
  newName,
  pass,
  patient,
  pause,
  register,
  registryAt,
  removals,
  watch,
} from "./etcd-world.ts";

/** Passes requests on to etcd, after something has happened. */
async function startProxy(etcd: Etcd, before: (path: string) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => {
    const passOn = async (): Promise<void> => {
      await before(request.url!);
      const passed = httpRequest(etcd.url + request.url!, { method: "POST", agent: false }, (answer) => {
        answer.pipe(response);
      });
      passed.on("error", () => response.destroy());
      response.on("close", () => passed.destroy());
      request.pipe(passed);
    };
    void passOn();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("one member", () => {
  const members = cluster(1);

  test("etcd killed and started again: nobody is lost, and what follows is seen", async () => {
    const [etcd] = members;
    const registry = registryAt(members);
    const name = newName();
    await register(registry, name, "a", "b");
    const resolver = registry.resolve(name);
    const { changes, sees, nextSnapshot } = watch(resolver);
    await sees("a", "b");
    const again = nextSnapshot();
    await etcd!.kill();
    await until(() => resolver.lastError !== undefined);
    await etcd!.start();
    await again;
    await register(registry, name, "c");
    await sees("a", "b", "c");
    expect(resolver.lastError).toBeUndefined();
    expect(removals(changes)).toEqual([]);
  });

  test("etcd paused for longer than everyone's time to live: it is noticed, and nobody is lost", async () => {
    const [etcd] = members;
    const registry = registryAt(members);
    const name = newName();
    await register(registry, name, "a", "b");
    const resolver = registry.resolve(name);
    const { changes, sees } = watch(resolver);
    await sees("a", "b");
    pause(etcd!);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toContain("within 400 ms");
    await pass(lifetime);
    etcd!.resume();
    await until(() => resolver.lastError === undefined);
    await until(() => areStored(etcd!, name, "a", "b"));
    await register(registry, name, "c");
    await sees("a", "b", "c");
    expect(removals(changes)).toEqual([]);
  });

  test("etcd wiped: everyone registers again, and nobody is lost meanwhile", async () => {
    const [etcd] = members;
    const warn = vi.fn();
    const registry = registryAt(members, { logger: { warn, error: warn } });
    const name = newName();
    await register(registry, name, "a", "b");
    const { changes, sees, nextSnapshot } = watch(registry.resolve(name));
    await sees("a", "b");
    const again = nextSnapshot();
    await etcd!.kill();
    await etcd!.wipe();
    await etcd!.start();
    await again;
    await until(() => areStored(etcd!, name, "a", "b"));
    await register(registry, name, "c");
    await sees("a", "b", "c");
    expect(removals(changes)).toEqual([]);
    expect(warn.mock.calls.map(([message]) => message as string)).toContain(
      "etcd's data is not what it was: its revision is lower",
    );
  });

  test("etcd compacted between the snapshot and the watch: a new snapshot", async () => {
    const [etcd] = members;
    const name = newName();
    let watches = 0;
    const url = await startProxy(etcd!, async (path) => {
      if (path !== "/v3/watch" || watches++ > 0) return;
      await register(registryAt(members, { ttl: 60_000 }), name, "a");
      await etcd!.ask("kv/put", { key: base64("other"), value: "" });
      const { header } = await etcd!.ask("kv/put", { key: base64("other"), value: "" });
      const { revision } = header as { revision: string };
      await etcd!.ask("kv/compaction", { revision, physical: true });
    });
    const warn = vi.fn();
    const registry = etcdRegistry({ hosts: url, ...patient, logger: { warn, error: warn } });
    const { changes, sees } = watch(registry.resolve(name));
    await sees("a");
    expect(changes).toMatchObject([
      { kind: "snapshot", endpoints: [] },
      { kind: "snapshot", endpoints: [{ id: "a" }] },
    ]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("broke off"), {
      registry: url,
      error: expect.objectContaining({
        message: expect.stringMatching(/canceled the watch: it is older than revision \d+/) as string,
      }) as Error,
    });
  });

  test("servers that expire with most others are kept, and skipped while they refuse", async () => {
    const [etcd] = members;
    const name = newName();
    const { server } = startServer();
    await server.listen("tcp://127.0.0.1:0");
    await server.announce(registryAt(members), { name, id: "alive" });
    const { ID } = await etcd!.ask("lease/grant", { TTL: 60 });
    for (const id of ["x", "y", "z"]) {
      // Nobody listens there: it is a port that nobody may use.
      const value = base64(`{"address":"tcp://127.0.0.1:${id.charCodeAt(0) - 119}","ttl":60000}`);
      await etcd!.ask("kv/put", { key: base64(`/gorpc/${name}/${id}`), value, lease: ID });
    }
    const { changes, sees } = watch(registryAt(members).resolve(name));
    await sees("alive", "x", "y", "z");
    const channel = await connect(registryAt(members).resolve(name));
    onTestFinished(() => channel.close());
    const client = new ArithClient(channel);
    await client.ping();
    await etcd!.ask("lease/revoke", { ID });
    await until(() => removals(changes).length > 0);
    await sees("alive", "x", "y", "z");
    for (let i = 0; i < 20; i++) await client.ping();
  });

  test("calls go on while etcd is killed and comes back without its data", async () => {
    const [etcd] = members;
    const registry = registryAt(members);
    const name = newName();
    const ids = ["a", "b", "c"];
    for (const id of ids) {
      const { server } = startServer();
      await server.listen("tcp://127.0.0.1:0");
      await server.announce(registry, { name, id });
    }
    const channel = await connect(registry.resolve(name));
    onTestFinished(() => channel.close());
    const client = new ArithClient(channel);
    let calls = 0;
    let over = false;
    const load = (async () => {
      for (; !over; calls++) await client.ping();
    })();
    await etcd!.kill();
    await etcd!.wipe();
    const during = calls;
    await pass(lifetime);
    await etcd!.start();
    const { sees } = watch(registry.resolve(name));
    await sees(...ids);
    await until(() => areStored(etcd!, name, ...ids));
    over = true;
    await load;
    expect(calls).toBeGreaterThan(during);
  });
});

/** Whom the members hold for their leader. */
async function leaderOf(members: readonly Etcd[]): Promise<Etcd> {
  const all = await Promise.all(members.map((member) => member.ask("maintenance/status", {})));
  const own = all.map(({ header }) => (header as { member_id: string }).member_id);
  const leader = members[own.indexOf(all[0]!["leader"] as string)];
  if (leader === undefined) throw new Error("none of them is the leader");
  return leader;
}

describe("three members", () => {
  const members = cluster(3);

  test("one is paused: its watchers and registrations move to the next", async () => {
    const [first, ...others] = members;
    const registry = registryAt(members);
    const name = newName();
    await register(registry, name, "a", "b");
    const { changes, sees } = watch(registry.resolve(name));
    await sees("a", "b");
    pause(first!);
    await register(registryAt(others), name, "c");
    await sees("a", "b", "c");
    // Longer than everyone's time to live.
    await pass(lifetime);
    expect(await areStored(others[0]!, name, "a", "b")).toBe(true);
    expect(removals(changes)).toEqual([]);
  });

  test("the leader is paused and goes on later: whatever it revokes is registered again", async () => {
    const leader = await leaderOf(members);
    const others = members.filter((member) => member !== leader);
    const registry = registryAt(members);
    const name = newName();
    await register(registry, name, "a", "b");
    const { sees } = watch(registry.resolve(name));
    await sees("a", "b");
    pause(leader);
    await until(async () => {
      const now = await leaderOf(others).catch(() => leader);
      return now !== leader;
    });
    // Longer than everyone's time to live, as the old leader counts it.
    await pass(lifetime);
    leader.resume();
    await pass(1_000);
    await until(() => areStored(others[0]!, name, "a", "b"));
    await register(registry, name, "c");
    await sees("a", "b", "c");
  });

  test("two are killed: the one that is left knows that it knows nothing, and callers go on", async () => {
    const [first, ...others] = members;
    const registry = registryAt([first!]);
    const name = newName();
    await register(registry, name, "a", "b");
    const resolver = registry.resolve(name);
    const { changes, sees } = watch(resolver);
    await sees("a", "b");
    await Promise.all(others.map((member) => member.kill()));
    await until(() => resolver.lastError !== undefined);
    await Promise.all(others.map((member) => member.start()));
    await until(() => resolver.lastError === undefined);
    await register(registry, name, "c");
    await sees("a", "b", "c");
    expect(removals(changes)).toEqual([]);
  });
});
