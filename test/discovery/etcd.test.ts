import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@gorpc/runtime";
import { etcdRegistry, type EtcdRegistryOptions } from "@gorpc/runtime/etcd";
import type { Endpoint, EndpointChange, Lease, Registry, Resolver } from "@gorpc/runtime/registry";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { until } from "../e2e/waiting.ts";
import { startServer } from "../e2e/world.ts";
import { ca, serverIdentity, stranger } from "../tls/identities.ts";
import { base64, Etcd, whyNoEtcd } from "./etcd-process.ts";

beforeEach((context) => {
  if (whyNoEtcd !== undefined) context.skip(whyNoEtcd);
});

/** A cluster for the tests of one group. */
function cluster(...[size, options]: Parameters<typeof Etcd.start>): Etcd[] {
  const members: Etcd[] = [];
  beforeAll(async () => {
    if (whyNoEtcd === undefined) members.push(...(await Etcd.start(size, options)));
  });
  afterAll(() => Promise.all(members.map((member) => member.remove())));
  return members;
}

/** The shortest waits that etcd allows. */
const hurried = { ttl: 1_000, requestTimeout: 400, random: () => 0 };

function registryAt(members: readonly Etcd[], options: Partial<EtcdRegistryOptions> = {}): Registry {
  return etcdRegistry({ hosts: members.map(({ url }) => url), ...hurried, ...options });
}

let names = 0;

/** A name that no other test uses. */
function newName(): string {
  return `s${names++}`;
}

function endpoint(id: string): Endpoint {
  return { id, address: `tcp://${id}:1` };
}

/** Registers endpoints of these ids until the test is over. */
async function register(registry: Registry, name: string, ...ids: string[]): Promise<Lease[]> {
  const leases = await Promise.all(ids.map((id) => registry.register({ name, endpoint: endpoint(id) })));
  onTestFinished(async () => {
    await Promise.all(leases.map((lease) => lease.withdraw()));
  });
  return leases;
}

/** Follows a resolver until the test is over. */
function watch(resolver: Resolver) {
  const controller = new AbortController();
  const changes: EndpointChange[] = [];
  const alive = new Set<string>();
  const run = (async () => {
    for await (const change of resolver.watch(controller.signal)) {
      changes.push(change);
      if (change.kind === "remove") alive.delete(change.id);
      else if (change.kind !== "snapshot") alive.add(change.endpoint.id);
      else {
        alive.clear();
        for (const { id } of change.endpoints) alive.add(id);
      }
    }
  })();
  const stop = (): Promise<void> => {
    controller.abort();
    return run;
  };
  onTestFinished(stop);
  const snapshots = (): number => changes.filter(({ kind }) => kind === "snapshot").length;
  return {
    changes,
    stop,
    /** Waits until exactly these are known. */
    sees: (...ids: string[]) => until(() => [...alive].sort().join() === ids.sort().join()),
    /** Waits for one more snapshot than there are now. */
    nextSnapshot: (): Promise<void> => {
      const before = snapshots();
      return until(() => snapshots() > before);
    },
  };
}

/** For the rest of the test, unless it is resumed earlier. */
function pause(etcd: Etcd): void {
  etcd.pause();
  onTestFinished(() => etcd.resume());
}

interface Stored {
  readonly value: string;
  readonly lease?: string;
}

/** What etcd itself has at an endpoint's key, whatever watchers believe. */
async function stored(etcd: Etcd, name: string, id: string): Promise<Stored | undefined> {
  const { kvs } = await etcd.ask("kv/range", { key: base64(`/gorpc/${name}/${id}`) });
  return (kvs as Stored[] | undefined)?.[0];
}

async function areStored(etcd: Etcd, name: string, ...ids: string[]): Promise<boolean> {
  const all = await Promise.all(ids.map((id) => stored(etcd, name, id)));
  return !all.includes(undefined);
}

function removals(changes: readonly EndpointChange[]): EndpointChange[] {
  return changes.filter(({ kind }) => kind === "remove");
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

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

  test("a registration is seen with all that it says, and gone when it is withdrawn", async () => {
    const registry = registryAt(members);
    const name = newName();
    const { changes, sees } = watch(registry.resolve(name));
    await until(() => changes.length === 1);
    const full = {
      id: "../ä?#/x",
      address: "tcp://h:1",
      protocol: "mux",
      services: ["a.B"],
      weight: 2.5,
      zone: "z",
      metadata: { k: "v" },
    };
    const lease = await registry.register({ name, endpoint: full });
    await sees(full.id);
    const { value } = (await stored(members[0]!, name, full.id))!;
    expect(JSON.parse(Buffer.from(value, "base64").toString())).toEqual({ ...full, ttl: 1_000 });
    await lease.withdraw();
    await until(() => changes.length === 3);
    expect(changes).toEqual([
      { kind: "snapshot", endpoints: [] },
      { kind: "insert", endpoint: full },
      { kind: "remove", id: full.id, reason: "withdrawn" },
    ]);
    await lease.withdraw();
  });

  test("names do not see each other, nor do prefixes", async () => {
    const name = newName();
    await register(registryAt(members), name, "a");
    await register(registryAt(members), `${name}0`, "b");
    await register(registryAt(members, { prefix: "/other/" }), name, "c");
    await watch(registryAt(members).resolve(name)).sees("a");
    await watch(registryAt(members, { prefix: "/other/" }).resolve(name)).sees("c");
  });

  test("who falls silent expires", async () => {
    const [etcd] = members;
    const name = newName();
    const { changes, sees } = watch(registryAt(members).resolve(name));
    await register(registryAt(members), name, "a", "b");
    const { ID } = await etcd!.ask("lease/grant", { TTL: 1 });
    const key = base64(`/gorpc/${name}/c`);
    await etcd!.ask("kv/put", { key, value: base64('{"address":"tcp://c:1","ttl":1000}'), lease: ID });
    await sees("a", "b", "c");
    await sees("a", "b");
    expect(changes.at(-1)).toEqual({ kind: "remove", id: "c", reason: "expired" });
  });

  test("who is registered under the same id later is not withdrawn by the earlier one", async () => {
    const registry = registryAt(members, { ttl: 60_000 });
    const name = newName();
    const [earlier] = await register(registry, name, "a");
    await register(registry, name, "a");
    await earlier!.withdraw();
    expect(await areStored(members[0]!, name, "a")).toBe(true);
    await watch(registry.resolve(name)).sees("a");
  });

  test.each([
    ["its lease", (etcd: Etcd, _key: string, lease: string) => etcd.ask("lease/revoke", { ID: lease })],
    ["its key", (etcd: Etcd, key: string) => etcd.ask("kv/deleterange", { key })],
    ["its value", (etcd: Etcd, key: string) => etcd.ask("kv/put", { key, value: base64("?") })],
  ])("a registration that lost %s has it again", async (_what, lose) => {
    const [etcd] = members;
    const name = newName();
    await register(registryAt(members), name, "a");
    const before = (await stored(etcd!, name, "a"))!;
    await lose(etcd!, base64(`/gorpc/${name}/a`), before.lease!);
    await until(async () => {
      const after = await stored(etcd!, name, "a");
      return after?.value === before.value && after.lease !== undefined;
    });
  });

  test("a key with something else is left out, and reported once", async () => {
    const [etcd] = members;
    const name = newName();
    const warn = vi.fn();
    const registry = registryAt(members, { logger: { warn, error: warn } });
    for (const value of ["no JSON", '{"address":"nowhere"}', ""]) {
      const key = base64(`/gorpc/${name}/x${value.length}`);
      await etcd!.ask("kv/put", { key, value: base64(value) });
    }
    const { sees } = watch(registry.resolve(name));
    await register(registry, name, "a");
    await sees("a");
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      `a key of ${name} (${etcd!.url}) holds no endpoint`,
      expect.objectContaining({ key: expect.stringContaining(`/gorpc/${name}/x`) as string }),
    );
  });

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
    await pass(1_200);
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
    const registry = etcdRegistry({ hosts: url, ...hurried, logger: { warn, error: warn } });
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
    await pass(1_200);
    await etcd!.start();
    const { sees } = watch(registry.resolve(name));
    await sees(...ids);
    await until(() => areStored(etcd!, name, ...ids));
    over = true;
    await load;
    expect(calls).toBeGreaterThan(during);
  });

  test("a watch and a registration that are over leave nothing behind", async () => {
    const registry = registryAt(members);
    const name = newName();
    const [lease] = await register(registry, name, "a");
    const { sees, stop } = watch(registry.resolve(name));
    await sees("a");
    await lease!.withdraw();
    await stop();
    await until(() => !process.getActiveResourcesInfo().includes("TCPSocketWrap"));
  });
});

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
    await pass(1_500);
    expect(await areStored(others[0]!, name, "a", "b")).toBe(true);
    expect(removals(changes)).toEqual([]);
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

describe("etcd with users", () => {
  const members = cluster(1, { tokenTtl: 1 });
  const user = { username: "orders", password: "geheim" };

  beforeAll(async () => {
    const [etcd] = members;
    if (etcd === undefined) return;
    await etcd.ask("auth/user/add", { name: "root", password: "root" });
    await etcd.ask("auth/role/add", { name: "root" });
    await etcd.ask("auth/user/grant", { user: "root", role: "root" });
    await etcd.ask("auth/user/add", { name: user.username, password: user.password });
    await etcd.ask("auth/role/add", { name: "registry" });
    const perm = { permType: "READWRITE", key: base64("/gorpc/"), range_end: base64("/gorpc0") };
    await etcd.ask("auth/role/grant", { name: "registry", perm });
    await etcd.ask("auth/user/grant", { user: user.username, role: "registry" });
  });

  test("a password does no harm where etcd asks for none, and is shown as soon as it does", async () => {
    const [etcd] = members;
    const registry = registryAt(members, user);
    const name = newName();
    await register(registry, name, "a");
    const { sees } = watch(registry.resolve(name));
    await sees("a");
    await etcd!.ask("auth/enable", {});
    await register(registry, name, "b");
    await sees("a", "b");
  });

  test("tokens expire, and etcd forgets them when it starts again", async () => {
    const [etcd] = members;
    const warn = vi.fn();
    const registry = registryAt(members, { ...user, ttl: 10_000, logger: { warn, error: warn } });
    const name = newName();
    const resolver = registry.resolve(name);
    await register(registry, name, "a");
    // Nothing is asked meanwhile: the token is older than its second then.
    await pass(2_500);
    const { sees, nextSnapshot } = watch(resolver);
    await sees("a");
    expect(warn).not.toHaveBeenCalled();
    const again = nextSnapshot();
    await etcd!.kill();
    await until(() => resolver.lastError !== undefined);
    await etcd!.start();
    await again;
    await register(registry, name, "b");
    await sees("a", "b");
  });

  test("who may not is told why", async () => {
    const [etcd] = members;
    const name = newName();
    const refused = async (options: Partial<EtcdRegistryOptions>): Promise<unknown> =>
      registryAt(members, options)
        .register({ name, endpoint: endpoint("a") })
        .catch((error: unknown) => (error as Error).message);
    expect(await refused({})).toBe(
      `${etcd!.url} refused: etcdserver: user name is empty (options username and password)`,
    );
    expect(await refused({ ...user, password: "falsch" })).toBe(
      `${etcd!.url} refused: etcdserver: authentication failed, invalid user ID or password`,
    );
    expect(await refused({ ...user, prefix: "/other/" })).toBe(
      `${etcd!.url} refused: etcdserver: permission denied`,
    );
    const resolver = registryAt(members, { ...user, prefix: "/other/" }).resolve(name);
    watch(resolver);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toBe(`${etcd!.url} refused: etcdserver: permission denied`);
  });
});

describe("etcd behind TLS", () => {
  const members = cluster(1, { tls: serverIdentity });

  test("registrations and watches travel by TLS", async () => {
    const registry = registryAt(members, { tls: { ca: ca.cert } });
    const name = newName();
    await register(registry, name, "a");
    const { sees } = watch(registry.resolve(name));
    await sees("a");
    await register(registryAt(members, { tls: () => ({ ca: ca.cert }) }), name, "b");
    await sees("a", "b");
  });

  test("a certificate that nobody trusts is refused, with what helps", async () => {
    const [etcd] = members;
    const resolver = registryAt(members, { tls: { ca: stranger.cert } }).resolve(newName());
    watch(resolver);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toContain(
      `TLS with ${etcd!.url} failed: the server's certificate is not signed by an authority that is trusted here`,
    );
  });
});
