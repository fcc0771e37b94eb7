import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RegistryServer } from "../embedded/registry-server.ts";
import type { EndpointChange, Registration, Resolver } from "../resolver.ts";
import { classicRegistry, type ClassicRegistryOptions } from "./classic-registry.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The shortest waits, so that a test never waits longer than it must. */
const hurried = { interval: 1, requestTimeout: 2_000, random: () => 0 };

/** A classic registry whose every answer is given. */
async function startFake(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with the lists in turn, the last one again and again; what is no string is done instead. */
function listing(
  lists: (string | ((response: ServerResponse) => void))[],
  header = "X-Gorpc-Servers",
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    const list = lists.length > 1 ? lists.shift()! : lists[0]!;
    if (typeof list === "function") list(response);
    else response.setHeader(header, list).end();
  };
}

function watch(resolver: Resolver): { next: () => Promise<EndpointChange> } {
  const controller = new AbortController();
  cleanups.push(() => controller.abort());
  const changes = resolver.watch(controller.signal)[Symbol.asyncIterator]();
  return {
    next: async () => {
      const result = await changes.next();
      if (result.done === true) throw new Error("the watch ended");
      return result.value;
    },
  };
}

function endpoint(address: string): Registration["endpoint"] {
  return { id: address, address };
}

const snapshotOf = (...ids: string[]): object => ({ kind: "snapshot", endpoints: ids.map((id) => ({ id })) });
const gone = (id: string): object => ({ kind: "remove", id, reason: "expired" });

describe("resolving", () => {
  test("reads what is listed, and follows it", async () => {
    const lists = [
      "tcp@[::]:40123, http@10.0.0.1:80,,unix@/run/x.sock,tcp@[::]:40123",
      "tcp@[::]:40123,unix@/run/x.sock,tcp@10.0.0.9:1,tcp@10.0.0.8:1",
    ];
    const requests: string[] = [];
    const answer = listing(lists);
    const url = await startFake((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    const changes = watch(classicRegistry({ url, ...hurried }).resolve("any"));
    const protocol = "classic";
    expect(await changes.next()).toEqual({
      kind: "snapshot",
      endpoints: [
        { id: "tcp@[::]:40123", address: "tcp://127.0.0.1:40123", protocol },
        { id: "http@10.0.0.1:80", address: "tcp://10.0.0.1:80", protocol, path: "/_goprc_" },
        { id: "unix@/run/x.sock", address: "unix:///run/x.sock", protocol },
      ],
    });
    expect([await changes.next(), await changes.next(), await changes.next()]).toMatchObject([
      { kind: "insert", endpoint: { id: "tcp@10.0.0.9:1" } },
      { kind: "insert", endpoint: { id: "tcp@10.0.0.8:1" } },
      gone("http@10.0.0.1:80"),
    ]);
    expect(new Set(requests)).toEqual(new Set(["GET /_gorpc_/registry"]));
  });

  test("reads 5,000 entries, and says which option takes more", async () => {
    const entries = Array.from({ length: 5_000 }, (_, i) => `tcp@10.0.${i >> 8}.${i & 255}:40123`);
    const url = await startFake(listing([entries.join()]));
    const change = await watch(classicRegistry({ url, ...hurried }).resolve("s")).next();
    expect(change).toMatchObject(snapshotOf(...entries));
    const narrow = classicRegistry({ url, ...hurried, maxSnapshotBytes: 20_000 }).resolve("s");
    void watch(narrow)
      .next()
      .catch(() => {});
    await vi.waitFor(
      () =>
        expect(narrow.lastError?.message).toBe(
          `the list of ${url}/_gorpc_/registry has more than 20000 bytes (option maxSnapshotBytes)`,
        ),
      10_000,
    );
    const few = classicRegistry({ url, ...hurried, maxEndpoints: 4_999 }).resolve("s");
    void watch(few)
      .next()
      .catch(() => {});
    await vi.waitFor(
      () =>
        expect(few.lastError?.message).toMatch(
          /lists 5000 servers: at most 4999 are taken \(option maxEndpoints\)$/,
        ),
      10_000,
    );
  });

  test.each<[string, string | ((response: ServerResponse) => void)]>([
    ["a page of HTML", (response) => response.end("<!DOCTYPE html>")],
    ["the other framework's header", (response) => response.setHeader("X-Geerpc-Servers", "tcp@x:1").end()],
    ["an error", (response) => response.writeHead(500).end()],
    ["a redirect", (response) => response.writeHead(302, { location: "/" }).end()],
    ["a connection that breaks off", (response) => void response.socket?.destroy()],
    ["no answer", () => {}],
    [
      "a list without an end",
      (response) =>
        void response.socket?.write(`HTTP/1.1 200 OK\r\nX-Gorpc-Servers: ${"x".repeat(2_000_000)}`),
    ],
    ["a list of nobody", ""],
  ])("outlives %s", async (_name, trouble) => {
    const url = await startFake(listing(["tcp@a:1,tcp@b:1", trouble, "tcp@a:1,tcp@b:1,tcp@c:1"]));
    const changes = watch(classicRegistry({ url, ...hurried, requestTimeout: 1_000 }).resolve("s"));
    const alive = new Set<string>();
    while (!alive.has("tcp@c:1")) {
      const change = await changes.next();
      if (change.kind === "remove") alive.delete(change.id);
      else if (change.kind !== "snapshot") alive.add(change.endpoint.id);
      else {
        alive.clear();
        for (const { id } of change.endpoints) alive.add(id);
      }
      if (trouble !== "") expect([...alive]).toEqual(expect.arrayContaining(["tcp@a:1", "tcp@b:1"]));
    }
    expect([...alive].sort()).toEqual(["tcp@a:1", "tcp@b:1", "tcp@c:1"]);
  });

  test("a registry that has just started again, and lists nobody yet, empties nobody", async () => {
    let list = "tcp@a:1,tcp@b:1,tcp@c:1";
    let looks = 0;
    const url = await startFake((_request, response) => {
      looks++;
      response.setHeader("X-Gorpc-Servers", list).end();
    });
    const changes = watch(classicRegistry({ url, ...hurried }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("tcp@a:1", "tcp@b:1", "tcp@c:1"));
    list = "";
    const next = changes.next();
    // The one before the threshold goes, and comes back with it.
    expect(await next).toEqual(gone("tcp@a:1"));
    expect(await changes.next()).toMatchObject({ kind: "insert", endpoint: { id: "tcp@a:1" } });
    const later = changes.next();
    const seen = looks;
    await vi.waitFor(() => expect(looks).toBeGreaterThan(seen + 3), 10_000);
    list = "tcp@d:1";
    expect(await later).toMatchObject({ kind: "insert", endpoint: { id: "tcp@d:1" } });
  });

  test("one server that is no longer listed is gone", async () => {
    const url = await startFake(listing(["tcp@a:1,tcp@b:1,tcp@c:1", "tcp@a:1,tcp@c:1"]));
    const changes = watch(classicRegistry({ url, ...hurried }).resolve("s"));
    await changes.next();
    expect(await changes.next()).toEqual(gone("tcp@b:1"));
  });

  test("an entry that names no server is left out, and the logger told once", async () => {
    const warn = vi.fn();
    const bad = "tcp@a:1,gibberish,udp@b:1";
    const lists = [bad, bad, bad, `${bad},tcp@c:1`];
    const url = await startFake(listing(lists));
    const changes = watch(classicRegistry({ url, ...hurried, logger: { warn, error: warn } }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("tcp@a:1"));
    expect(await changes.next()).toMatchObject({ kind: "insert", endpoint: { id: "tcp@c:1" } });
    expect(warn).toHaveBeenCalledExactlyOnceWith(`an entry of s (${url}/_gorpc_/registry) names no server`, {
      error: expect.objectContaining({
        message: 'the entry is "gibberish": it takes tcp@host:port, http@host:port or unix@/path',
      }) as Error,
    });
  });

  test("goes to the next registry when one is away", async () => {
    const away = await startFake((_request, response) => void response.socket?.destroy());
    const there = await startFake(listing(["tcp@a:1"], "X-Geerpc-Servers"));
    const url = [away, `${there}/_geerpc_/registry`];
    const changes = watch(classicRegistry({ url, ...hurried }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("tcp@a:1"));
  });
});

describe("registering", () => {
  /** Tells of each heartbeat. */
  async function startListening(): Promise<{ url: string; heard: string[] }> {
    const heard: string[] = [];
    const url = await startFake((request, response) => {
      const { "x-gorpc-server": gorpc, "x-geerpc-server": geerpc } = request.headers;
      heard.push(`${request.method} ${request.url} ${String(gorpc)} ${String(geerpc)}`);
      response.end();
    });
    return { url, heard };
  }

  test.each([
    ["tcp://10.0.0.7:9000", undefined, "tcp@10.0.0.7:9000"],
    ["unix:///run/x.sock", undefined, "unix@/run/x.sock"],
    ["tcp://10.0.0.7:80", "/_goprc_", "http@10.0.0.7:80"],
  ])("%s %s is %s, again and again until it is withdrawn", async (address, path, entry) => {
    const { url, heard } = await startListening();
    const registry = classicRegistry({ url, ttl: 5, random: () => 0 });
    const lease = await registry.register({ name: "s", endpoint: { ...endpoint(address), path } });
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(3), 10_000);
    await lease.withdraw();
    const count = heard.length;
    await fetch(url);
    expect(heard).toHaveLength(count + 1);
    expect(new Set(heard.slice(0, count))).toEqual(new Set([`POST /_gorpc_/registry ${entry} undefined`]));
  });

  test("speaks the dialect of its path, or the one that is asked for", async () => {
    const { url, heard } = await startListening();
    const options: ClassicRegistryOptions[] = [
      { url: `${url}/_geerpc_/registry` },
      { url: `${url}/own/path`, dialect: "geerpc" },
      { url, dialect: "geerpc" },
      { url: `${url}/own/path/` },
    ];
    for (const each of options) {
      const lease = await classicRegistry(each).register({ name: "s", endpoint: endpoint("tcp://h:1") });
      await lease.withdraw();
    }
    expect(heard).toEqual([
      "POST /_geerpc_/registry undefined tcp@h:1",
      "POST /own/path undefined tcp@h:1",
      "POST /_geerpc_/registry undefined tcp@h:1",
      "POST /own/path tcp@h:1 undefined",
    ]);
  });

  test("goes on through an outage, and begins in one", async () => {
    const { url, heard } = await startListening();
    const { port } = new URL(url);
    await cleanups.pop()!();
    const warn = vi.fn();
    const registry = classicRegistry({ url, ttl: 50, random: () => 0, logger: { warn, error: warn } });
    const lease = await registry.register({ name: "s", endpoint: endpoint("tcp://h:1") });
    expect(warn).toHaveBeenCalledOnce();
    expect(heard).toEqual([]);
    const back: string[] = [];
    await startFake((request, response) => {
      back.push(String(request.headers["x-gorpc-server"]));
      response.end();
    }, Number(port));
    await vi.waitFor(() => expect(back.length).toBeGreaterThan(1), 10_000);
    await lease.withdraw();
  });

  test("what classic clients cannot call is refused", async () => {
    const registry = classicRegistry({ url: "http://127.0.0.1:1" });
    for (const wrong of [endpoint("tls://h:1"), { ...endpoint("tcp://h:1"), protocol: "net/rpc" }])
      await expect(registry.register({ name: "s", endpoint: wrong })).rejects.toThrow(
        /^\S+ with the protocol \S+ cannot be registered in a classic registry: its clients call tcp:\/\/ and unix:\/\/ addresses$/,
      );
  });

  test("a registry that refuses for good is an error", async () => {
    const url = await startFake((_request, response) => response.writeHead(404).end("no\n"));
    await expect(
      classicRegistry({ url }).register({ name: "s", endpoint: endpoint("tcp://h:1") }),
    ).rejects.toThrow(`${url} answered 404: no`);
  });
});

test("ours takes the place of theirs", async () => {
  const server = new RegistryServer();
  cleanups.push(() => server.close());
  const url = await server.listen();
  const registry = classicRegistry({ url, ...hurried });
  const changes = watch(registry.resolve("s"));
  expect(await changes.next()).toEqual({ kind: "snapshot", endpoints: [] });
  const lease = await registry.register({ name: "s", endpoint: endpoint("tcp://h:1") });
  cleanups.push(() => lease.withdraw());
  expect(await changes.next()).toEqual({
    kind: "insert",
    endpoint: { id: "tcp@h:1", address: "tcp://h:1", protocol: "classic" },
  });
});

test.each([
  [{ url: [] }, "url is an empty list: it takes at least one address"],
  [
    { url: "https://h" },
    "url https://h/ does not begin with http://, which is all that this registry speaks",
  ],
  [{ url: "http://h", dialect: "x" as "gorpc" }, 'dialect is "x": it takes "gorpc" or "geerpc"'],
  [{ url: "http://h", ttl: 4 }, "ttl is 4: it takes an integer from 5 to 86400000"],
  [{ url: "http://h", interval: 0 }, "interval is 0: it takes an integer from 1 to 86400000"],
  [
    { url: "http://h", maxSnapshotBytes: 1 },
    "maxSnapshotBytes is 1: it takes an integer from 1024 to 67108864",
  ],
])("the options %j are refused", (options, message) => {
  expect(() => classicRegistry(options)).toThrow(message);
});
