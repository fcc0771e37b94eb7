import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { setTimersOn } from "../timer.ts";
import type { DnsAddress, DnsLookup } from "./dns-lookup.ts";
import { dnsResolver, type DnsResolverOptions } from "./dns.ts";
import { type NameAnswer, type NameRecord, NameServer } from "./name-server.fixture.ts";
import type { EndpointChange, Resolver } from "./resolver.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const hurried = { interval: 1, random: () => 0 };

function watch(resolver: Resolver): { next: () => Promise<EndpointChange | undefined>; stop: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  cleanups.push(stop);
  const changes = resolver.watch(controller.signal)[Symbol.asyncIterator]();
  return { next: async () => (await changes.next()).value as EndpointChange | undefined, stop };
}

/** Answers in turn, the last one again and again; an Error is thrown. */
function inTurn<T>(...answers: (T | Error)[]): () => Promise<T> {
  return async () => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

const of = (...addresses: string[]): DnsAddress[] => addresses.map((address) => ({ address }));

const nobody = inTurn<never>(new Error("not asked for"));

function resolverOf(target: string, lookup: Partial<DnsLookup>, options: DnsResolverOptions = {}): Resolver {
  const all = { addresses: nobody, services: nobody, ...lookup };
  return dnsResolver(target, { ...hurried, ...options, lookup: all });
}

const snapshotOf = (...addresses: string[]): EndpointChange => ({
  kind: "snapshot",
  endpoints: addresses.map((address) => ({ id: address, address })),
});

test("each address of a host is an endpoint, in whatever order DNS lists them", async () => {
  const addresses = vi.fn(
    inTurn(of("10.0.0.2", "::1", "10.0.0.1", "10.0.0.1"), of("10.0.0.1", "10.0.0.2", "::1"), of("10.0.0.9")),
  );
  const { next } = watch(resolverOf("tls://orders.internal:9000", { addresses }));
  expect(await next()).toEqual(snapshotOf("tls://10.0.0.1:9000", "tls://10.0.0.2:9000", "tls://[::1]:9000"));
  expect(await next()).toEqual(snapshotOf("tls://10.0.0.9:9000"));
  expect(addresses.mock.calls).toEqual([["orders.internal"], ["orders.internal"], ["orders.internal"]]);
});

test("SRV records: the best priority, with weights", async () => {
  const record = (name: string, priority: number, weight: number, port = 9000): object => ({
    ...{ name, priority, weight, port },
  });
  const answers = [
    [record("a.b", 1, 60), record("b.b", 1, 0), record("c.b", 2, 10), record(".", 0, 0)],
    [record("a.b", 5, 0), record("b.b", 5, 0, 0)],
  ] as Awaited<ReturnType<DnsLookup["services"]>>[];
  const { next } = watch(resolverOf("tcp://_orders._tcp.b", { services: inTurn(...answers) }));
  expect(await next()).toEqual({
    kind: "snapshot",
    endpoints: [
      { id: "tcp://a.b:9000", address: "tcp://a.b:9000", weight: 60 },
      { id: "tcp://b.b:9000", address: "tcp://b.b:9000", weight: 0.1 },
    ],
  });
  expect(await next()).toEqual(snapshotOf("tcp://a.b:9000"));
});

test("who was known is kept while DNS fails, answers with nobody, with too many or with garbage; the logger is told once", async () => {
  const warn = vi.fn();
  const failure = new Error("queryA ESERVFAIL");
  const addresses = inTurn(of("10.0.0.1"), failure, [], of("1", "2", "3"), of("a\nb"), of("10.0.0.2"));
  const logger = { warn, error: warn };
  const { next } = watch(resolverOf("tcp://h:1", { addresses }, { logger, maxEndpoints: 2 }));
  expect(await next()).toEqual(snapshotOf("tcp://10.0.0.1:1"));
  expect(await next()).toEqual(snapshotOf("tcp://10.0.0.2:1"));
  expect(warn.mock.calls).toEqual([["tcp://h:1 does not resolve; trying again", { error: failure }]]);
});

test.each<[string[], string]>([
  [[], "DNS knows no server of tcp://h:1"],
  [["1", "2", "3"], "DNS reports 3 servers of tcp://h:1: at most 2 are taken (option maxEndpoints)"],
  [["a\nb"], "the endpoint.id contains a control character"],
])("the answer %j is an error", async (answer, message) => {
  const resolver = resolverOf("tcp://h:1", { addresses: inTurn(of(...answer)) }, { maxEndpoints: 2 });
  const { next, stop } = watch(resolver);
  const pending = next();
  await vi.waitFor(() => expect(resolver.lastError?.message).toBe(message), 10_000);
  stop();
  expect(await pending).toBeUndefined();
});

test("a look-up without an answer ends with its time, or with the watch", async () => {
  const silent = { addresses: () => new Promise<never>(() => {}) };
  const hasty = resolverOf("tcp://h:1", silent, { requestTimeout: 20 });
  void watch(hasty).next();
  await vi.waitFor(() => expect(hasty.lastError?.message).toBe("DNS did not answer within 20 ms"), 10_000);
  const patient = watch(resolverOf("tcp://h:1", silent, { requestTimeout: 600_000 }));
  const pending = patient.next();
  patient.stop();
  expect(await pending).toBeUndefined();
});

test("the system knows this machine", async () => {
  const { next } = watch(dnsResolver("tcp://localhost:9000"));
  const change = await next();
  const found = change?.kind === "snapshot" ? change.endpoints.map(({ address }) => address) : [];
  expect(["tcp://127.0.0.1:9000", "tcp://[::1]:9000"]).toEqual(expect.arrayContaining(found));
});

test.each([
  "orders:9000",
  "tcp://orders",
  "tcp://orders:0",
  "tcp://orders:70000",
  "unix:///x",
  "tcp://[::1]:1",
])("%s is refused", (target) => {
  expect(() => dnsResolver(target)).toThrow(
    new TypeError(
      `dnsResolver does not take "${target}": write tcp://host:port, or tcp://_service._tcp.domain for SRV records`,
    ),
  );
});

test.each<[DnsResolverOptions, string]>([
  [{ interval: 0 }, "interval is 0: it takes an integer from 1 to 86400000"],
  [{ minInterval: 7, maxInterval: 6 }, "minInterval 7 is above maxInterval 6"],
  [{ servers: [] }, "servers is an empty list: it takes at least one address"],
  [{ servers: ["orders"] }, "servers: "],
  [
    { servers: ["10.0.0.53"], lookup: { addresses: nobody, services: nobody } },
    "lookup and servers are both given: lookup is asked instead of name servers",
  ],
])("%o is refused", (options, message) => {
  expect(() => dnsResolver("tcp://h:1", options)).toThrow(message);
});

describe("a name server", () => {
  let server: NameServer;
  beforeEach(async () => {
    server = await NameServer.start();
  });
  afterEach(() => server.close());

  /** Never: what is looked up again, was so by what DNS says. */
  const never = 86_400_000;
  const asked = (target: string, options: DnsResolverOptions = {}): Resolver =>
    dnsResolver(target, { servers: [server.address], interval: never, random: () => 0, ...options });

  const a = (data: string, ttl = 0): NameRecord => ({ type: "A", ttl, data });
  const aaaa = (data: string, ttl = 0): NameRecord => ({ type: "AAAA", ttl, data });
  const srv = (data: string, ttl = 0): NameRecord => ({ type: "SRV", ttl, data });
  const addresses = (...lists: NameRecord[][]) => {
    let last: readonly NameRecord[] = [];
    server.answer((type) => (last = type === "A" ? (lists.shift() ?? last) : last));
  };

  test("IPv4 and IPv6 addresses are endpoints, and asked for again when they hold no longer", async () => {
    const both = [a("10.0.0.1", 0), aaaa("fd00:0:0:0:0:0:0:1", 3_600)];
    server.answer(() => both);
    const { next } = watch(asked("tcp://orders.test:9000", { minInterval: 1 }));
    expect(await next()).toEqual(snapshotOf("tcp://10.0.0.1:9000", "tcp://[fd00::1]:9000"));
    both.push(a("10.0.0.2", 0));
    expect(await next()).toEqual(
      snapshotOf("tcp://10.0.0.1:9000", "tcp://10.0.0.2:9000", "tcp://[fd00::1]:9000"),
    );
  });

  test("who has addresses of one kind has them", async () => {
    for (const other of [3, 2, []] as NameAnswer[]) {
      server.answer((type) => (type === "A" ? [a("10.0.0.1")] : other));
      expect(await watch(asked("tcp://orders.test:9000")).next()).toEqual(snapshotOf("tcp://10.0.0.1:9000"));
    }
  });

  test("is not asked again as long as its answer holds", async () => {
    addresses([a("10.0.0.1", 1)], [a("10.0.0.2", 1)]);
    const { next } = watch(asked("tcp://orders.test:9000", { minInterval: 1 }));
    await next();
    const before = performance.now();
    expect(await next()).toEqual(snapshotOf("tcp://10.0.0.2:9000"));
    // Timers may be a little early.
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  test("is asked no more often than minInterval says", async () => {
    addresses([a("10.0.0.1", 0)], [a("10.0.0.2", 0)]);
    const { next } = watch(asked("tcp://orders.test:9000", { minInterval: 300 }));
    await next();
    const before = performance.now();
    await next();
    expect(performance.now() - before).toBeGreaterThan(250);
  });

  test("is asked no less often than maxInterval says", async () => {
    addresses([a("10.0.0.1", 2_147_483_647)], [a("10.0.0.2", 60)]);
    const { next } = watch(asked("tcp://orders.test:9000", { minInterval: 1, maxInterval: 1 }));
    await next();
    expect(await next()).toEqual(snapshotOf("tcp://10.0.0.2:9000"));
  });

  test("SRV records: the best priority, by weight; looked up again when an address of theirs holds no longer", async () => {
    const records = [
      srv("1 60 9000 a.test", 3_600),
      srv("1 0 9001 b.test", 3_600),
      srv("2 10 9000 backup.test", 3_600),
    ];
    server.answer((type, name) => {
      if (type === "SRV") return records;
      return name === "b.test" ? [a("10.0.0.2", 0)] : 2;
    });
    const { next } = watch(asked("tcp://_orders._tcp.test", { minInterval: 1 }));
    expect(await next()).toEqual({
      kind: "snapshot",
      endpoints: [
        { id: "tcp://a.test:9000", address: "tcp://a.test:9000", weight: 60 },
        { id: "tcp://b.test:9001", address: "tcp://b.test:9001", weight: 0.1 },
      ],
    });
    records.splice(0, 2);
    expect(await next()).toEqual({
      kind: "snapshot",
      endpoints: [{ id: "tcp://backup.test:9000", address: "tcp://backup.test:9000", weight: 10 }],
    });
    expect(server.questions).toContain("AAAA a.test");
  });

  test("SRV records of servers without an address that it knows: the interval counts", async () => {
    const records = [srv("1 0 9000 a.test")];
    server.answer((type) => (type === "SRV" ? records : 3));
    const { next } = watch(
      asked("tcp://_orders._tcp.test", { interval: 1, minInterval: never, maxInterval: never }),
    );
    await next();
    records.push(srv("1 0 9000 b.test"));
    expect(await next()).toEqual(snapshotOf("tcp://a.test:9000", "tcp://b.test:9000"));
  });

  test.each<[string, NameAnswer, RegExp]>([
    ["fails", 2, /SERVFAIL/],
    ["knows no such name any more", 3, /ENOTFOUND/],
    ["has no address", [], /ENODATA/],
    [
      "answers with garbage",
      Buffer.from("garbage, and more of it than a head has"),
      /TIMEOUT|EBADRESP|did not answer/,
    ],
    ["is silent", "silence", /TIMEOUT|did not answer/],
  ])("that %s: who was known is kept", async (_what, answer, message) => {
    let current: NameAnswer = [a("10.0.0.1", 0)];
    server.answer(() => current);
    const resolver = asked("tcp://orders.test:9000", { minInterval: 1, interval: 1, requestTimeout: 300 });
    const { next } = watch(resolver);
    await next();
    current = answer;
    const change = next();
    await vi.waitFor(() => expect(resolver.lastError?.message).toMatch(message), 10_000);
    current = [a("10.0.0.2", 0)];
    expect(await change).toEqual(snapshotOf("tcp://10.0.0.2:9000"));
    expect(resolver.lastError).toBeUndefined();
  });
});

test("a watch that is over waits for no name server, and asks it no more", async () => {
  const server = await NameServer.start();
  cleanups.push(() => server.close());
  server.answer(() => "silence");
  const bounds = { servers: [server.address], requestTimeout: 4_000 };
  const { next, stop } = watch(dnsResolver("tcp://orders.test:9000", bounds));
  const pending = next();
  await vi.waitFor(() => expect(server.questions).toHaveLength(2), { interval: 1, timeout: 10_000 });
  stop();
  expect(await pending).toBeUndefined();
  // Who is silent is asked again after a quarter of the time.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(server.questions).toHaveLength(2);
});

test("look-ups are spread, up to a fifth after their time", async () => {
  const waits: number[] = [];
  setTimersOn((ms, run) => {
    waits.push(ms);
    return setTimeout(run, 1);
  });
  cleanups.push(() => setTimersOn());
  const addresses = inTurn(
    [{ address: "10.0.0.1", ttl: 10 }],
    [{ address: "10.0.0.2", ttl: NaN }],
    of("10.0.0.3"),
  );
  const { next } = watch(resolverOf("tcp://h:1", { addresses }, { interval: 30_000, random: () => 0.5 }));
  await next();
  await next();
  await next();
  expect(waits.filter((ms) => ms > 5_000)).toEqual([11_000, 33_000]);
});
