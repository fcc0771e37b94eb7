import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { setTimersOn } from "../../timer.ts";
import type { EndpointChange, Registration, Resolver } from "../resolver.ts";
import { etcdRegistry } from "./etcd-registry.ts";

// A real etcd is asked in test/discovery: here is what none would answer.

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The shortest waits, so that a test never waits longer than it must. */
const hurried = { requestTimeout: 500, random: () => 0 };

type Answer = (response: ServerResponse, body: Record<string, unknown>) => unknown;

/** An etcd that says what it is told to, by path. */
async function startFake(answers: Readonly<Record<string, Answer>>): Promise<string> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    answers[request.url!.replace("/v3/", "")]?.(response, JSON.parse(text) as Record<string, unknown>);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const header = (revision: number | string): object => ({ revision: `${revision}` });
const kv = (id: string, value: object | string = { address: `tcp://${id}:1` }): object => ({
  key: base64(`/gorpc/s/${id}`),
  value: base64(typeof value === "string" ? value : JSON.stringify(value)),
});
const range = (...ids: string[]): object => ({
  header: header(10),
  kvs: ids.map((id) => kv(id)),
  count: `${ids.length}`,
});
/** Whether a range is asked for only to see whether the watch has missed something. */
const isProbe = (body: Record<string, unknown>): boolean => body["min_mod_revision"] !== undefined;
const json =
  (value: object): Answer =>
  (response) =>
    response.end(JSON.stringify(value));
const line = (result: object): string => `${JSON.stringify({ result })}\n`;
const created = line({ header: header(10), created: true });
const refusal =
  (status: number, code: number, message: string): Answer =>
  (response) =>
    response.writeHead(status).end(JSON.stringify({ error: message, message, code }));

const switchProtocol: Answer = (response) =>
  response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");

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

describe("a watch outlives", () => {
  const snapshots: [string, Answer][] = [
    ["a page of HTML", (response) => response.end("<!DOCTYPE html>\n<p>Welcome</p>\n")],
    ["an answer that is no object", (response) => response.end("[]")],
    ["a revision that is no number", json({ ...range("x"), header: header("x") })],
    ["a revision that is too large", json({ ...range("x"), header: header("9223372036854775807") })],
    ["no revision", json({ kvs: [] })],
    ["keys that are no list", json({ header: header(10), kvs: 7 })],
    ["keys without a key", json({ header: header(10), kvs: [{}] })],
    ["more endpoints than it takes", json(range("w", "x", "y", "z"))],
    ["a count above what it takes", json({ header: header(10), count: "1000000" })],
    ["bytes without end", (response) => response.write("x".repeat(2_000_000))],
    ["an error", (response) => response.writeHead(500).end("no\n")],
    ["an error of etcd", refusal(503, 14, "etcdserver: no leader")],
    ["a redirect", (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["no answer", () => {}],
    ["a head and then nothing", (response) => response.flushHeaders()],
    ["a connection that breaks off", (response) => response.socket?.destroy()],
    ["a switch to another protocol", switchProtocol],
  ];
  const watches: [string, Answer][] = [
    ["a watch that is refused", refusal(403, 7, "etcdserver: permission denied")],
    ["a watch that does not begin", () => {}],
    ["a watch that ends", (response) => response.end(created)],
    ["a watch that is canceled", (response) => response.write(line({ canceled: true, cancel_reason: "\n" }))],
    ["a watch that fails", (response) => response.write('{"error":{"grpc_code":14,"message":"closing"}}\n')],
    [
      "a watch that fails, in the words of 3.6",
      (response) => response.write('{"error":{"code":14, "message":"x"}}\n'),
    ],
    ["a watch that switches to another protocol", switchProtocol],
    ["a watch of garbage", (response) => response.write("garbage\n")],
    ["a watch of nothing known", (response) => response.write("{}\n")],
    ["events that are no list", (response) => response.write(line({ header: header(11), events: 1 }))],
    [
      "events of no kind",
      (response) => response.write(line({ header: header(11), events: [{ type: "X", kv: kv("a") }] })),
    ],
    ["a line without end", (response) => response.write("x".repeat(2_000_000))],
    [
      "more insertions than it takes",
      (response) => {
        const events = ["x", "y", "z"].map((id) => ({ kv: kv(id) }));
        response.write(line({ header: header(11), events }));
      },
    ],
  ];

  test.each([
    ...snapshots.map(([name, trouble]) => [name, "kv/range", trouble] as const),
    ...watches.map(([name, trouble]) => [name, "watch", trouble] as const),
  ])("%s", async (_name, path, trouble) => {
    let ranges = 0;
    let watched = 0;
    const url = await startFake({
      "kv/range": (response, body) => {
        const turn = isProbe(body) ? -1 : ranges++;
        const answer = path === "kv/range" && turn === 1 ? trouble : json(range("a"));
        answer(response, body);
      },
      watch: (response, body) => {
        const turn = watched++;
        if (turn > 0) response.write(created);
        else if (path === "watch") trouble(response, body);
        else response.end(created);
      },
    });
    const bounds = { maxEndpoints: 3, maxSnapshotBytes: 1_000_000 };
    const resolver = etcdRegistry({ hosts: url, ...hurried, ...bounds }).resolve("s");
    const changes = watch(resolver);
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    let next = await changes.next();
    while (next.kind !== "snapshot") next = await changes.next();
    expect(next.endpoints.map(({ id }) => id)).toContain("a");
    expect(resolver.lastError).toBeUndefined();
  });

  test("an etcd whose data are gone: who was known is kept", async () => {
    const answers = [range("a", "b"), { header: header(2) }];
    const warn = vi.fn();
    const url = await startFake({
      "kv/range": (response, body) => json(answers.shift() ?? range("c"))(response, body),
      watch: (response) => response.end(created),
    });
    const logger = { warn, error: warn };
    const changes = watch(etcdRegistry({ hosts: url, ...hurried, logger }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    expect(warn).toHaveBeenCalledWith("etcd's data is not what it was: its revision is lower", {
      registry: url,
      revision: 2,
      before: 10,
    });
    expect(await changes.next()).toMatchObject(snapshotOf("c", "a", "b"));
  });

  test("an outage that a lease did not outlive: its owner has a time to live to come back", async () => {
    let watches = 0;
    const url = await startFake({
      "kv/range": json(range("a", "b", "c")),
      watch: (response) => {
        response.write(created);
        if (watches++ === 0) return response.end();
        response.write(line({ header: header(11), events: [{ type: "DELETE", kv: kv("a") }] }));
        return response.write(line({ header: header(12), events: [{ kv: kv("a") }] }));
      },
    });
    const { next } = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
    expect(await next()).toMatchObject(snapshotOf("a", "b", "c"));
    expect(await next()).toMatchObject(snapshotOf("a", "b", "c"));
    expect(await next()).toMatchObject({ kind: "update", endpoint: { id: "a" } });
  });

  test("a member that is there and silent: the next one is watched", async () => {
    let probes = 0;
    const silent = await startFake({
      "kv/range": (response, body) => {
        if (!isProbe(body)) json(range("a"))(response, body);
        else probes++;
      },
      watch: (response) => response.write(created),
    });
    const other = await startFake({
      "kv/range": json(range("a", "b")),
      watch: (response) => response.write(created),
    });
    const resolver = etcdRegistry({ hosts: [silent, other], ...hurried }).resolve("s");
    const changes = watch(resolver);
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    expect(probes).toBe(1);
  });

  test.each<[string, object]>([
    ["a change", { header: header(11), kvs: [kv("a")], count: "1" }],
    ["a deletion", { header: header(11) }],
  ])("a connection that is dead while others are not: %s is not missed", async (_what, news) => {
    const snapshots = [range("a")];
    let probes = 0;
    const url = await startFake({
      "kv/range": (response, body) => {
        if (isProbe(body)) probes++;
        json(isProbe(body) ? news : (snapshots.shift() ?? range("a", "b")))(response, body);
      },
      watch: (response) => response.write(created),
    });
    const changes = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
    // What the first one finds may be on its way.
    expect(probes).toBe(2);
  });

  test("silence while nothing changes, whatever is asked", async () => {
    const probes: unknown[] = [];
    let ranges = 0;
    const url = await startFake({
      "kv/range": (response, body) => {
        if (!isProbe(body)) ranges++;
        else probes.push(body);
        const quiet = { header: header(500), count: "2" };
        json(isProbe(body) ? quiet : range("a"))(response, body);
      },
      watch: (response) => {
        const put = { kv: { ...kv("b"), mod_revision: "12" } };
        // Its header may be ahead of what it has reported.
        response.write(created + line({ header: header(15), events: [put] }));
      },
    });
    const resolver = etcdRegistry({ hosts: url, ...hurried }).resolve("s");
    const changes = watch(resolver);
    await changes.next();
    expect(await changes.next()).toMatchObject({ kind: "insert" });
    void changes.next().catch(() => {});
    await vi.waitFor(() => expect(probes.length).toBeGreaterThan(2), 10_000);
    expect(ranges).toBe(1);
    expect(probes[0]).toEqual({
      key: base64("/gorpc/s/"),
      range_end: base64("/gorpc/s0"),
      min_mod_revision: "13",
      limit: "1",
      keys_only: true,
    });
  });

  test("a fleet that is replaced at once, the goodbyes of the last one still there", async () => {
    const gone = (id: string): object => kv(id, { withdrawn: true });
    const answers = [
      range("a", "b"),
      { header: header(12), kvs: [gone("a"), gone("b"), kv("c"), kv("d")], count: "4" },
    ];
    const url = await startFake({
      "kv/range": (response, body) => json(answers.shift() ?? range("c", "d"))(response, body),
      watch: (response) => response.end(created),
    });
    const { next } = watch(etcdRegistry({ hosts: url, ...hurried, maxEndpoints: 2 }).resolve("s"));
    expect(await next()).toMatchObject(snapshotOf("a", "b"));
    expect(await next()).toMatchObject(snapshotOf("c", "d", "a", "b"));
    expect(await next()).toMatchObject({ kind: "remove", id: "a", reason: "withdrawn" });
    expect(await next()).toMatchObject({ kind: "remove", id: "b", reason: "withdrawn" });
    expect(await next()).toMatchObject(snapshotOf("c", "d"));
  });

  test("those who are kept: they are none too many", async () => {
    const answers = [range("a", "b")];
    let watches = 0;
    const url = await startFake({
      "kv/range": (response, body) => json(answers.shift() ?? range("c", "d"))(response, body),
      watch: (response) => {
        response.write(created);
        if (watches++ === 0) response.end();
        else
          response.write(line({ header: header(11), events: [{ kv: kv("c", { address: "tcp://new:1" }) }] }));
      },
    });
    const { next } = watch(etcdRegistry({ hosts: url, ...hurried, maxEndpoints: 2 }).resolve("s"));
    expect(await next()).toMatchObject(snapshotOf("a", "b"));
    expect(await next()).toMatchObject(snapshotOf("c", "d", "a", "b"));
    expect(await next()).toMatchObject({ kind: "update", endpoint: { address: "tcp://new:1" } });
  });

  test("a member whose revision goes back while it is watched: a new snapshot", async () => {
    const snapshots = [range("a"), range("a", "b")];
    const url = await startFake({
      "kv/range": (response, body) => {
        const answer = isProbe(body) ? { header: header(9) } : snapshots.shift();
        json(answer ?? range("a", "b"))(response, body);
      },
      watch: (response) => response.write(created),
    });
    const changes = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
    expect(await changes.next()).toMatchObject(snapshotOf("a"));
    expect(await changes.next()).toMatchObject(snapshotOf("a", "b"));
  });
});

test("who does not say how long a watch may be silent, says five seconds", async () => {
  const waits: number[] = [];
  setTimersOn((ms, run) => {
    waits.push(ms);
    return setTimeout(run, ms);
  });
  cleanups.push(() => setTimersOn());
  const url = await startFake({ "kv/range": json(range("a")), watch: (response) => response.write(created) });
  const { next } = watch(etcdRegistry({ hosts: url }).resolve("s"));
  await next();
  void next().catch(() => {});
  // Of the range, of the watch until it begins, until it says something, and from then on.
  await vi.waitFor(() => expect(waits.length).toBeGreaterThan(3), 10_000);
  for (const wait of waits) expect(wait > 4_000 && wait <= 5_000).toBe(true);
});

test("a watch takes what it can read: goodbyes, and nothing of garbage and foreign keys", async () => {
  const foreign = { key: base64("/elsewhere"), value: base64("{}") };
  const noUtf8 = { key: Buffer.from("/gorpc/s/\xff", "latin1").toString("base64"), value: "" };
  let asked: unknown;
  const url = await startFake({
    "kv/range": json({
      header: header(10),
      kvs: [kv("a"), kv("b", { withdrawn: true }), kv("c", "?"), foreign, noUtf8],
    }),
    watch: (response, body) => {
      asked = body;
      const events = [
        { kv: kv("a", "garbage") },
        { kv: foreign },
        { type: "DELETE", kv: foreign },
        { type: "DELETE", kv: noUtf8 },
        { type: "DELETE", kv: { key: base64("/gorpc/s/nobody") } },
        { type: "PUT", kv: kv("d", { id: "another", address: "tcp://d:1", ttl: 5 }) },
        { kv: kv("a", { withdrawn: true }) },
        { type: "DELETE", kv: { key: base64("/gorpc/s/a") } },
      ];
      response.write(created + line({ header: header(20), events }));
    },
  });
  const { next } = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
  expect(await next()).toMatchObject(snapshotOf("a"));
  expect(await next()).toEqual({ kind: "insert", endpoint: endpoint("d") });
  expect(await next()).toEqual({ kind: "remove", id: "a", reason: "withdrawn" });
  expect(asked).toEqual({
    create_request: { key: base64("/gorpc/s/"), range_end: base64("/gorpc/s0"), start_revision: "11" },
  });
});

test("who said goodbye while the watch was away is not kept", async () => {
  const answers = [range("a", "b"), { header: header(12), kvs: [kv("a", { withdrawn: true }), kv("b")] }];
  const url = await startFake({
    "kv/range": (response, body) => json(answers.shift() ?? range("b"))(response, body),
    watch: (response) => (answers.length > 0 ? response.end(created) : response.write(created)),
  });
  const { next } = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
  expect(await next()).toMatchObject(snapshotOf("a", "b"));
  expect(await next()).toMatchObject({ kind: "snapshot" });
  expect(await next()).toEqual({ kind: "remove", id: "a", reason: "withdrawn" });
});

describe("a registration", () => {
  const good = {
    "lease/grant": json({ header: header(1), ID: "7587862094", TTL: "2" }),
    "lease/keepalive": json({ result: { header: header(1), ID: "7587862094", TTL: "2" } }),
    "kv/range": json({ header: header(1), kvs: [] }),
    "kv/put": json({ header: header(1) }),
    "kv/txn": json({ header: header(1) }),
  };

  test.each<[string, Answer]>([
    ["no JSON", (response) => response.end("<p>")],
    ["no lease", json({ header: header(1) })],
    ["a lease that is no number", json({ header: header(1), ID: "x" })],
    ["no answer", () => {}],
  ])("goes to the next member where one answers with %s", async (_name, trouble) => {
    const ill = await startFake({ ...good, "lease/grant": trouble });
    let puts = 0;
    const well = await startFake({
      ...good,
      "kv/put": (response, body) => {
        puts++;
        good["kv/put"](response, body);
      },
    });
    const registry = etcdRegistry({ hosts: [ill, well], ...hurried });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    expect(puts).toBe(1);
    await lease.withdraw();
  });

  test("fails where what answers is no etcd", async () => {
    const url = await startFake({ "lease/grant": (response) => response.writeHead(404).end("not here\n") });
    const registered = etcdRegistry({ hosts: url }).register({ name: "s", endpoint: endpoint("a") });
    await expect(registered).rejects.toThrow(`${url} answered 404: not here`);
  });

  test("goes on in the background where etcd is ill, and is withdrawn within its time limit", async () => {
    const warn = vi.fn();
    const url = await startFake({
      ...good,
      "kv/put": refusal(503, 14, "etcdserver: no leader"),
      "kv/txn": () => {},
    });
    const registry = etcdRegistry({ hosts: url, ...hurried, logger: { warn, error: warn } });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "registering with etcd failed; trying again until it succeeds",
      { error: expect.objectContaining({ message: `${url} refused: etcdserver: no leader` }) as Error },
    );
    await lease.withdraw();
    expect(warn).toHaveBeenLastCalledWith(
      "withdrawing from etcd failed; the registration expires by itself",
      { error: new Error(`no answer from ${url} within 500 ms`) },
    );
  });

  test("is withdrawn without what a renewal would have asked next", async () => {
    const asked: string[] = [];
    let renew = (): void => {};
    const renewing = new Promise<void>((resolve) => (renew = resolve));
    const noted = Object.entries(good).map(([path, answer]): [string, Answer] => [
      path,
      (response, body) => {
        asked.push(path);
        if (path === "lease/keepalive") renew();
        else answer(response, body);
      },
    ]);
    const warn = vi.fn();
    const url = await startFake(Object.fromEntries(noted));
    const registry = etcdRegistry({
      hosts: [url, url],
      ...hurried,
      ttl: 1_000,
      logger: { warn, error: warn },
    });
    const lease = await registry.register({ name: "s", endpoint: endpoint("a") });
    await renewing;
    await lease.withdraw();
    expect(asked).toEqual(["lease/grant", "kv/put", "lease/keepalive", "kv/txn"]);
    expect(warn).not.toHaveBeenCalled();
  });

  test("of the wrong form never leaves the process", async () => {
    const registry = etcdRegistry({ hosts: "http://127.0.0.1:1" });
    await expect(registry.register({ name: "a b", endpoint: endpoint("a") })).rejects.toThrow(TypeError);
    await expect(registry.register({ name: "s", endpoint: { id: "a", address: "h:1" } })).rejects.toThrow(
      'endpoint.address is "h:1": it takes an address such as tcp://10.0.0.7:9000',
    );
    expect(() => registry.resolve("")).toThrow(new TypeError("name is empty"));
  });
});

describe("etcd with users", () => {
  const user = { username: "u", password: "p" };

  /** Takes the latest of its tokens. */
  async function startGuarded(refuse: Answer): Promise<{ url: string; tokens: string[] }> {
    const tokens: string[] = [];
    const url = await startFake({
      "auth/authenticate": (response, body) => {
        tokens.push(`t${tokens.length}`);
        json({ header: header(10), token: tokens.at(-1) })(response, body);
      },
      "kv/range": (response, body) => {
        const isGood = response.req.headers.authorization === tokens.at(-1);
        (isGood ? json(range("a")) : refuse)(response, body);
      },
      watch: (response) => {
        // Of no use any more, from now on.
        if (tokens.length === 1) tokens.push("t1");
        response.end(created);
      },
    });
    return { url, tokens };
  }

  test.each<[string, Answer]>([
    ["3.4", refusal(401, 16, "etcdserver: invalid auth token")],
    [
      "3.6",
      (response) => response.writeHead(401).end('{"code":16, "message":"etcdserver: invalid auth token"}'),
    ],
    ["those of its releases that break off", (response) => response.socket?.destroy()],
  ])("that refuses an old token, in the way of %s: a new one", async (_version, refuse) => {
    const { url, tokens } = await startGuarded(refuse);
    const { next } = watch(etcdRegistry({ hosts: url, ...user, ...hurried }).resolve("s"));
    expect(await next()).toMatchObject(snapshotOf("a"));
    expect(await next()).toMatchObject(snapshotOf("a"));
    expect(tokens).toEqual(["t0", "t1", "t2"]);
  });

  test("is asked for one token, whoever needs it", async () => {
    const { url, tokens } = await startGuarded(refusal(401, 16, "etcdserver: invalid auth token"));
    const registry = etcdRegistry({ hosts: url, ...user, ...hurried });
    await Promise.all(["s", "s", "s"].map((name) => watch(registry.resolve(name)).next()));
    expect(tokens).toContain("t0");
    expect(tokens.length).toBeLessThan(3);
  });

  test("that does not answer a login: the watch ends at once when it is left", async () => {
    const url = await startFake({});
    const controller = new AbortController();
    const resolver = etcdRegistry({ hosts: url, ...user, requestTimeout: 600_000 }).resolve("s");
    const changes = resolver.watch(controller.signal)[Symbol.asyncIterator]();
    const pending = changes.next();
    controller.abort();
    expect(await pending).toEqual({ done: true, value: undefined });
  });
});

test("zero fields that are written out, as JSON allows, are zero", async () => {
  const zeros = { create_revision: "0", mod_revision: "0", version: "0", lease: "0" };
  const url = await startFake({
    "kv/range": json({ header: header(10), kvs: [{ ...kv("a"), ...zeros }], more: false, count: "1" }),
    watch: (response) => {
      const said = { canceled: false, compact_revision: "0", cancel_reason: "", fragment: false };
      const put = { type: "PUT", kv: { ...kv("b"), ...zeros }, prev_kv: null };
      response.write(line({ header: header(10), created: true, ...said, events: [] }));
      response.write(line({ header: header(11), created: false, ...said, events: [put] }));
    },
  });
  const { next } = watch(etcdRegistry({ hosts: url, ...hurried }).resolve("s"));
  expect(await next()).toMatchObject(snapshotOf("a"));
  expect(await next()).toMatchObject({ kind: "insert", endpoint: { id: "b" } });
});

test("what etcd says does not break the lines of a log", async () => {
  const url = await startFake({ "kv/range": refusal(400, 3, "no\r\nfake line\u001b[31m") });
  const resolver = etcdRegistry({ hosts: url, ...hurried }).resolve("s");
  watch(resolver)
    .next()
    .catch(() => {});
  await vi.waitFor(
    () => expect(resolver.lastError?.message).toBe(`${url} refused: no  fake line [31m`),
    10_000,
  );
});

test.each<[string, object]>([
  ["a token that no header can carry", { token: "a\r\nb: c" }],
  ["no token", {}],
])("a login that answers with %s fails", async (_name, answer) => {
  const url = await startFake({ "auth/authenticate": json({ header: header(1), ...answer }) });
  const resolver = etcdRegistry({ hosts: url, username: "u", password: "p", ...hurried }).resolve("s");
  const { next, stop } = watch(resolver);
  const pending = next();
  await vi.waitFor(
    () => expect(resolver.lastError?.message).toContain("not one that a header can carry"),
    10_000,
  );
  stop();
  await expect(pending).rejects.toThrow("the watch ended");
});

test.each<[object, string]>([
  [{ hosts: [] }, "hosts is an empty list: it takes at least one address"],
  [{ hosts: "etcd" }, 'hosts "etcd" is not an address: write http://host:port'],
  [
    { hosts: "ftp://h" },
    "hosts ftp://h/ does not begin with http:// or https://, which is all that this registry speaks",
  ],
  [{ hosts: "http://u:secret@h" }, "hosts carries a user or a password, which are no part of an address"],
  [{ hosts: "http://h", prefix: "" }, "prefix is empty"],
  [{ hosts: "http://h", ttl: 999 }, "ttl is 999: it takes an integer from 1000 to 86400000"],
  [{ hosts: "http://h", requestTimeout: 0.5 }, "requestTimeout is 0.5: it takes an integer from 1 to 600000"],
  [{ hosts: "http://h", username: "u" }, "username and password are given together, or none of them"],
  [{ hosts: ["https://h", "http://i"], tls: {} }, "tls is given, and http://i does not begin with https://"],
  [{ hosts: "https://h", tls: { ca: [] } }, "tls.ca is an empty list: nobody would be trusted"],
])("%o is refused", (options, message) => {
  expect(() => etcdRegistry(options as Parameters<typeof etcdRegistry>[0])).toThrow(message);
});
