import { afterEach, expect, test, vi } from "vitest";
import { dnsResolver, type DnsLookup, type DnsResolverOptions } from "./dns.ts";
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
    inTurn(["10.0.0.2", "::1", "10.0.0.1", "10.0.0.1"], ["10.0.0.1", "10.0.0.2", "::1"], ["10.0.0.9"]),
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
  const addresses = inTurn(["10.0.0.1"], failure, [], ["1", "2", "3"], ["a\nb"], ["10.0.0.2"]);
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
  const resolver = resolverOf("tcp://h:1", { addresses: inTurn(answer) }, { maxEndpoints: 2 });
  const { next, stop } = watch(resolver);
  const pending = next();
  await vi.waitFor(() => expect(resolver.lastError?.message).toBe(message));
  stop();
  expect(await pending).toBeUndefined();
});

test("a look-up without an answer ends with its time, or with the watch", async () => {
  const silent = { addresses: () => new Promise<never>(() => {}) };
  const hasty = resolverOf("tcp://h:1", silent, { requestTimeout: 20 });
  void watch(hasty).next();
  await vi.waitFor(() => expect(hasty.lastError?.message).toBe("DNS did not answer within 20 ms"));
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

test("an interval out of its range is refused", () => {
  expect(() => dnsResolver("tcp://h:1", { interval: 0 })).toThrow(
    new RangeError("interval is 0: it takes an integer from 1 to 86400000"),
  );
});
