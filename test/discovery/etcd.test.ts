import type { EtcdRegistryOptions } from "@gorpc/runtime/etcd";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { until } from "../e2e/waiting.ts";
import { issue } from "../../runtime/src/transport/certificates.fixture.ts";
import { ca, clientTls, serverIdentity, stranger } from "../tls/identities.ts";
import { base64, type Etcd } from "./etcd-process.ts";
import {
  areStored,
  cluster,
  endpoint,
  hurried,
  newName,
  pass,
  patient,
  register,
  removals,
  type Stored,
  registryAt,
  stored,
  watch,
} from "./etcd-world.ts";

/** The gateway of etcd shows it to etcd itself. */
const bothWays = await issue(ca, { dns: ["localhost"], ip: ["127.0.0.1"] });

function decoded({ value }: Stored): unknown {
  return JSON.parse(Buffer.from(value, "base64").toString());
}

describe("one member", () => {
  const members = cluster(1);

  test("a registration is seen with all that it says, and gone when it is withdrawn", async () => {
    const registry = registryAt(members, { requestTimeout: 10_000 });
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
    expect(decoded((await stored(members[0]!, name, full.id))!)).toEqual({ ...full, ttl: hurried.ttl });
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

  test("most expire at once: they are kept; but who withdraws is gone", async () => {
    const [etcd] = members;
    const name = newName();
    const { changes, sees } = watch(registryAt(members).resolve(name));
    await sees();
    const [lease] = await register(registryAt(members), name, "a", "b");
    const { ID } = await etcd!.ask("lease/grant", { TTL: 60 });
    for (const id of ["c", "d", "e"]) {
      const value = base64(`{"address":"tcp://${id}:1","ttl":60000}`);
      await etcd!.ask("kv/put", { key: base64(`/gorpc/${name}/${id}`), value, lease: ID });
    }
    await sees("a", "b", "c", "d", "e");
    await etcd!.ask("lease/revoke", { ID });
    await lease!.withdraw();
    await sees("b", "c", "d", "e");
    expect(changes.at(-1)).toEqual({ kind: "remove", id: "a", reason: "withdrawn" });
    // Of those that expired, the first ones were let go before it showed that they are most.
    expect(removals(changes).length).toBeLessThan(4);
    expect(await areStored(etcd!, name, "c")).toBe(false);
  });

  test("who withdraws while a caller is away has said goodbye when that is back", async () => {
    const name = newName();
    const registry = registryAt(members, { ttl: 60_000 });
    const [lease] = await register(registry, name, "a");
    await register(registry, name, "b");
    await lease!.withdraw();
    expect(decoded((await stored(members[0]!, name, "a"))!)).toEqual({ withdrawn: true });
    const { sees, changes } = watch(registry.resolve(name));
    await sees("b");
    expect(changes).toHaveLength(1);
    await register(registry, name, "a");
    await sees("a", "b");
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
    const registry = registryAt(members, { ...patient, logger: { warn, error: warn } });
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
    const registry = registryAt(members, { ...user, ...patient, logger: { warn, error: warn } });
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
      registryAt(members, { ...patient, ...options })
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
    const resolver = registryAt(members, { ...user, ...patient, prefix: "/other/" }).resolve(name);
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
    const resolver = registryAt(members, { ...patient, tls: { ca: stranger.cert } }).resolve(newName());
    watch(resolver);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toContain(
      `TLS with ${etcd!.url} failed: the server's certificate is not signed by an authority that is trusted here`,
    );
  });
});

describe("etcd that wants certificates", () => {
  const members = cluster(1, { tls: bothWays, clientCa: ca.cert });

  test("who shows one is served, and who shows none is told", async () => {
    const registry = registryAt(members, { tls: clientTls });
    const name = newName();
    await register(registry, name, "a");
    await watch(registry.resolve(name)).sees("a");
    const resolver = registryAt(members, { ...patient, tls: { ca: ca.cert } }).resolve(name);
    watch(resolver);
    await until(() => resolver.lastError !== undefined);
    expect(resolver.lastError?.message).toContain(`TLS with ${members[0]!.url} failed: `);
  });
});
