import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RegistryServer, type RegistryServerOptions } from "./embedded/registry-server.ts";
import { httpRegistry } from "./http-registry.ts";
import type { EndpointChange, Registration, Resolver } from "./resolver.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The shortest waits, so that a test never waits longer than it must. */
const hurried = { requestTimeout: 2_000, random: () => 0 };

async function startRegistry(
  options: RegistryServerOptions = {},
  url?: string,
): Promise<{ url: string; server: RegistryServer }> {
  const server = new RegistryServer({ minTtl: 1, ...options });
  cleanups.push(() => server.close());
  return { url: await server.listen(url), server };
}

/** A registry that says what it is told to, however wrong. */
async function startFake(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nothing listens. */
async function nowhere(): Promise<string> {
  const { url, server } = await startRegistry();
  await server.close();
  return url;
}

function endpoint(id: string): Registration["endpoint"] {
  return { id, address: `tcp://${id}:1` };
}

function watch(resolver: Resolver): { next: () => Promise<EndpointChange>; stop: () => void } {
  const controller = new AbortController();
  cleanups.push(() => controller.abort());
  const changes = resolver.watch(controller.signal)[Symbol.asyncIterator]();
  return {
    next: async () => {
      const result = await changes.next();
      if (result.done === true) throw new Error("the watch ended");
      return result.value;
    },
    stop: () => controller.abort(),
  };
}

const snapshotOf = (...ids: string[]): object => ({ kind: "snapshot", endpoints: ids.map((id) => ({ id })) });
const insertOf = (id: string): object => ({ kind: "insert", endpoint: { id } });
const gone = (id: string, reason: string): object => ({ kind: "remove", id, reason });

describe("a registration", () => {
  test("is seen, and gone when it is withdrawn", async () => {
    const { url } = await startRegistry();
    const registry = httpRegistry({ url });
    const changes = watch(registry.resolve("s"));
    expect(await changes.next()).toEqual({ kind: "snapshot", endpoints: [] });
    const full = {
      id: "../ä?#",
      address: "tcp://h:1",
      protocol: "mux",
      services: ["a.B"],
      weight: 2.5,
      zone: "z",
      metadata: { k: "v", __proto__: "p" },
    };
    const lease = await registry.register({ name: "s", endpoint: full });
    expect(await changes.next()).toEqual({ kind: "insert", endpoint: full });
    await lease.withdraw();
    expect(await changes.next()).toEqual(gone(full.id, "withdrawn"));
    await lease.withdraw();
  });

  test("is renewed at a third of its time to live", async () => {
    const bodies: string[] = [];
    const times: number[] = [];
    let renewed = (): void => {};
    const fourth = new Promise<void>((resolve) => (renewed = resolve));
    const url = await startFake((request, response) => {
      request.on("data", (chunk: Buffer) =>
        bodies.push(`${request.method} ${request.url} ${chunk.toString()}`),
      );
      request.on("end", () => response.end("{}"));
      if (times.push(performance.now()) === 4) renewed();
    });
    const registry = httpRegistry({ url: `${url}/base/`, ttl: 120, random: () => 0.5 });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    await fourth;
    await lease.withdraw();
    expect(new Set(bodies)).toEqual(
      new Set(['PUT /base/v1/services/s/endpoints/a {"id":"a","address":"tcp://a:1","ttl":120}']),
    );
    expect((times[3]! - times[0]!) / 3).toBeGreaterThanOrEqual(36);
  });

  test("comes back with a registry that forgot everything, and a watcher misses nothing meanwhile", async () => {
    const { url, server } = await startRegistry();
    const registry = httpRegistry({ url, ttl: 300, ...hurried });
    await registry
      .register({ name: "s", endpoint: endpoint("a") })
      .then((lease) => cleanups.push(() => lease.withdraw()));
    const changes = watch(registry.resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    await server.close();
    await startRegistry({}, url);
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}/v1/services/s`)).json()).toMatchObject({ endpoints: [{ id: "a" }] });
    }, 10_000);
  });

  test("waits in the background for a registry that is away", async () => {
    const url = await nowhere();
    const warn = vi.fn();
    const registry = httpRegistry({ url, ...hurried, logger: { warn, error: warn } });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`registering with ${url} failed`), {
      error: expect.objectContaining({ code: "ECONNREFUSED" }) as Error,
    });
    await startRegistry({}, url);
    expect(await changesOf(registry.resolve("s"), 2)).toMatchObject([{ kind: "snapshot" }, insertOf("a")]);
    await lease.withdraw();
  });

  test("can be withdrawn while the registry is away", async () => {
    const registry = httpRegistry({ url: await nowhere(), ...hurried });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    await lease.withdraw();
  });

  test("is withdrawn within its time limit from a registry that does not answer", async () => {
    let answers = true;
    const url = await startFake((_request, response) => {
      if (answers) response.end("{}");
    });
    const warn = vi.fn();
    const registry = httpRegistry({ url, requestTimeout: 500, logger: { warn, error: warn } });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    answers = false;
    await lease.withdraw();
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("withdrawing from the registry failed"),
      {
        error: new Error(`no answer from ${url} within 500 ms`),
      },
    );
  });

  test("is withdrawn only after a renewal that is on its way", async () => {
    const said: string[] = [];
    let renewed = (_answer: () => void): void => {};
    const renewal = new Promise<() => void>((resolve) => (renewed = resolve));
    const url = await startFake((request, response) => {
      if (said.push(request.method!) !== 2) response.end("{}");
      else renewed(() => response.end("{}"));
    });
    const registry = httpRegistry({ url, ttl: 30 });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    const answer = await renewal;
    const withdrawn = lease.withdraw();
    await fetch(url);
    expect(said).toEqual(["PUT", "PUT", "GET"]);
    answer();
    await withdrawn;
    expect(said).toEqual(["PUT", "PUT", "GET", "DELETE"]);
  });

  test("fails where the registry refuses it for good", async () => {
    const { url } = await startRegistry({ minTtl: 60_000 });
    const registry = httpRegistry({ url });
    await expect(registry.register({ name: "s", endpoint: endpoint("a") })).rejects.toThrow(
      `${url} answered 400: ttl is 10000 ms: the least is 60000 (option minTtl of the registry)`,
    );
  });

  test("is tried again where the registry has no room for now", async () => {
    const { url } = await startRegistry({ maxEndpoints: 1 });
    const registry = httpRegistry({ url, ...hurried });
    const first = await registry.register({ name: "s", endpoint: endpoint("a") });
    const second = await registry.register({ name: "s", endpoint: endpoint("b") });
    const changes = watch(registry.resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    await first.withdraw();
    expect(await changes.next()).toMatchObject(gone("a", "withdrawn"));
    expect(await changes.next()).toMatchObject(insertOf("b"));
    await second.withdraw();
  });

  test("of the wrong form never leaves the process", async () => {
    const registry = httpRegistry({ url: await nowhere() });
    await expect(registry.register({ name: "a b", endpoint: endpoint("a") })).rejects.toThrow(TypeError);
    await expect(registry.register({ name: "s", endpoint: { id: "a", address: "h:1" } })).rejects.toThrow(
      'endpoint.address is "h:1": it takes an address such as tcp://10.0.0.7:9000',
    );
    expect(() => registry.resolve("")).toThrow(new TypeError("name is empty"));
  });
});

async function changesOf(resolver: Resolver, count: number): Promise<EndpointChange[]> {
  const { next, stop } = watch(resolver);
  const changes: EndpointChange[] = [];
  while (changes.length < count) changes.push(await next());
  stop();
  return changes;
}

describe("a token", () => {
  test("opens a registry that asks for one", async () => {
    const { url } = await startRegistry({ token: "secret" });
    const registry = httpRegistry({ url, token: "secret" });
    const changes = watch(registry.resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf());
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    expect(await changes.next()).toMatchObject(insertOf("a"));
    await lease.withdraw();
    expect(await changes.next()).toEqual(gone("a", "withdrawn"));
  });

  test("that is wrong or missing is what the errors speak of", async () => {
    const { url } = await startRegistry({ token: "secret" });
    const wrong = `${url} answered 401: the token is not that of this registry (option token)`;
    const registration = { name: "s", endpoint: endpoint("a") };
    await expect(httpRegistry({ url, token: "guess" }).register(registration)).rejects.toThrow(wrong);
    await expect(httpRegistry({ url }).register(registration)).rejects.toThrow(
      `${url} answered 401: the registry asks for its token`,
    );
    const resolver = httpRegistry({ url, token: "guess" }).resolve("s");
    void watch(resolver)
      .next()
      .catch(() => {});
    await vi.waitFor(() => expect(resolver.lastError?.message).toBe(wrong), 10_000);
  });
});

describe("several registries", () => {
  test("all get the registration, and callers watch the first that answers", async () => {
    const [one, two] = [await startRegistry(), await startRegistry()];
    const registry = httpRegistry({ url: [one.url, two.url], ...hurried });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    const changes = watch(registry.resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    await one.server.close();
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    await lease.withdraw();
    expect(await changes.next()).toMatchObject(gone("a", "withdrawn"));
  });

  test("one is enough", async () => {
    const { url } = await startRegistry();
    const registry = httpRegistry({ url: [await nowhere(), url], ...hurried });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    expect(await changesOf(registry.resolve("s"), 1)).toMatchObject([snapshotOf("a")]);
    await lease.withdraw();
  });
});

describe("a watch outlives", () => {
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const listed = (id: string): object => ({ ...endpoint(id), ttl: 60_000 });
  const good = line({ kind: "snapshot", keepalive: 60_000, endpoints: [listed("a")] });
  const troubles: [string, (response: ServerResponse) => void][] = [
    ["a page of HTML", (response) => response.end("<!DOCTYPE html>\n<p>Welcome</p>\n")],
    ["an error", (response) => response.writeHead(500).end("no\n")],
    ["a path that is not there", (response) => response.writeHead(404).end()],
    ["a redirect", (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["an answer that ends at once", (response) => response.end()],
    ["a connection that breaks off", (response) => void response.socket?.destroy()],
    ["no answer", () => {}],
    ["a head and then nothing", (response) => response.flushHeaders()],
    ["half a line and then nothing", (response) => response.write(good.slice(0, 20))],
    ["a line that breaks off", (response) => response.end(good.slice(0, 20))],
    [
      "a change before a snapshot",
      (response) => response.write(line({ kind: "insert", endpoint: listed("x") })),
    ],
    [
      "an endpoint without an address",
      (response) => response.write(line({ kind: "snapshot", keepalive: 1, endpoints: [{ id: "x" }] })),
    ],
    [
      "more endpoints than it takes",
      (response) =>
        response.write(line({ kind: "snapshot", keepalive: 1, endpoints: ["x", "y", "z", "w"].map(listed) })),
    ],
    ["bytes without end", (response) => void response.write("x".repeat(2_000_000))],
  ];

  test.each(troubles)("%s", async (_name, trouble) => {
    const answers = [(response: ServerResponse) => void response.end(good), trouble];
    const url = await startFake((_request, response) => {
      const answer = answers.shift() ?? ((last: ServerResponse) => last.write(good));
      answer(response);
    });
    const registry = httpRegistry({
      url,
      ...hurried,
      requestTimeout: 1_000,
      maxEndpoints: 3,
      maxSnapshotBytes: 1_000_000,
    });
    const resolver = registry.resolve("s");
    const changes = watch(resolver);
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    const next = await changes.next();
    expect(answers).toEqual([]);
    expect(next).toMatchObject(snapshotOf("a"));
    expect(resolver.lastError).toBeUndefined();
  });

  test("a registry that is there and silent", async () => {
    let watches = 0;
    const url = await startFake((_request, response) => {
      watches++;
      response.write(line({ kind: "snapshot", keepalive: 20, endpoints: [listed("a")] }));
    });
    const changes = watch(httpRegistry({ url, ...hurried }).resolve("s"));
    await changes.next();
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    expect(watches).toBe(2);
  });

  test("a registry that knows nobody: who was known is kept", async () => {
    const snapshots = [["a", "b"], []];
    const url = await startFake((_request, response) => {
      const endpoints = (snapshots.shift() ?? ["c"]).map(listed);
      response.end(line({ kind: "snapshot", keepalive: 1_000, endpoints }));
    });
    const changes = watch(httpRegistry({ url, ...hurried }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    expect(await changes.next()).toMatchObject(snapshotOf("c", "a", "b"));
  });

  test("who was kept goes when its time to live is over", async () => {
    const snapshots = [["a", "b", "c"]];
    const url = await startFake((_request, response) => {
      const endpoints = (snapshots.shift() ?? ["a", "b"]).map((id) => ({ ...endpoint(id), ttl: 60 }));
      const text = line({ kind: "snapshot", keepalive: 60_000, endpoints });
      if (endpoints.length === 3) response.end(text);
      else response.write(text);
    });
    const changes = watch(httpRegistry({ url, ...hurried }).resolve("s"));
    await changes.next();
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b", "c"));
    expect(await changes.next()).toEqual(gone("c", "expired"));
  });

  test("an outage: the resolver says why, the logger is told once", async () => {
    const url = await nowhere();
    const warn = vi.fn();
    const resolver = httpRegistry({ url, ...hurried, logger: { warn, error: warn } }).resolve("s");
    const changes = watch(resolver);
    const next = changes.next();
    await vi.waitFor(() => expect(resolver.lastError).toMatchObject({ code: "ECONNREFUSED" }), 10_000);
    await startRegistry({}, url);
    expect(await next).toEqual({ kind: "snapshot", endpoints: [] });
    expect(resolver.lastError).toBeUndefined();
    expect(warn).toHaveBeenCalledOnce();
  });
});

test("nothing is left open when leases are withdrawn, watches stopped and the registry closed", async () => {
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
  await vi.waitFor(() => expect(sockets()).toBe(0), 10_000);
  const { url, server } = await startRegistry();
  const registry = httpRegistry({ url });
  const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
  const controller = new AbortController();
  const changes = registry.resolve("s").watch(controller.signal)[Symbol.asyncIterator]();
  await changes.next();
  expect(sockets()).toBeGreaterThan(0);
  const next = changes.next();
  controller.abort();
  expect(await next).toEqual({ value: undefined, done: true });
  await lease.withdraw();
  await server.close();
  await vi.waitFor(() => expect(sockets()).toBe(0), 10_000);
});

describe("options", () => {
  test.each([
    [
      { url: undefined as never },
      "url takes an address as http://host:port, or a list of them, not [object Undefined]",
    ],
    [
      { url: 9999 as never },
      "url takes an address as http://host:port, or a list of them, not [object Number]",
    ],
    [{ url: [] }, "url is an empty list: it takes at least one address"],
    [{ url: "127.0.0.1:9999" }, 'url "127.0.0.1:9999" is not an address: write http://host:port'],
    [
      { url: "https://h" },
      "url https://h/ does not begin with http://, which is all that this registry speaks",
    ],
    [{ url: "http://u:secret@h" }, "url carries a user or a password, which are no part of an address"],
    [{ url: "http://h/?q" }, "url http://h/?q has a query or a fragment: write http://host:port"],
    [{ url: "http://h", token: "a\nb" }, "token takes 1 to 1024 visible ASCII characters without a space"],
    [{ url: "http://h", ttl: 0 }, "ttl is 0: it takes an integer from 1 to 86400000"],
    [
      { url: "http://h", requestTimeout: Infinity },
      "requestTimeout is Infinity: it takes an integer from 1 to 600000",
    ],
    [{ url: "http://h", maxEndpoints: 1.5 }, "maxEndpoints is 1.5: it takes an integer from 1 to 1000000"],
  ])("%j", (options, message) => {
    expect(() => httpRegistry(options)).toThrow(message);
  });

  test("the target names the name and the registry", () => {
    expect(httpRegistry({ url: "http://h:1/base/" }).resolve("s").target).toBe("s (http://h:1/base)");
  });
});
