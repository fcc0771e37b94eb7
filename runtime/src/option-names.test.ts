import { describe, expect, test } from "vitest";
import {
  broadcast,
  circuitBreaker,
  consistentHash,
  fork,
  healthChecks,
  peakEwma,
  slowStart,
  subset,
  zoneAware,
} from "./balancer/index.ts";
import { Decoder } from "./gob/index.ts";
import { connect, Server } from "./index.ts";
import { callLog } from "./logging/index.ts";
import { CallMetrics } from "./metrics/index.ts";
import { openTelemetry } from "./opentelemetry/index.ts";
import { checkNames } from "./option-names.ts";
import { etcdRegistry } from "./registry/etcd/index.ts";
import {
  classicRegistry,
  dnsResolver,
  fileResolver,
  httpRegistry,
  RegistryServer,
  staticResolver,
} from "./registry/index.ts";
import { service } from "./schema/service.ts";
import { faultyProxy, testChannel } from "./testing/index.ts";

/** What each entry takes beside the misspelt one, so that nothing else is wrong with it. */
const url = "http://127.0.0.1:1";
const endpoints = staticResolver(["memory:nobody"]);
const empty = service("test.Empty", () => ({}));

/** As plain JavaScript gives options: TypeScript refuses such literals itself. */
type Entry = (options: object) => unknown;

const lazily =
  (name: string): Entry =>
  (options) =>
    connect("memory:nobody", { lazy: true, [name]: options });
const balanced: Entry = (options) => connect(endpoints, { lazy: true, outlierEjection: options });
const tls: Entry = (options) => connect("tls://127.0.0.1:1", { lazy: true, tls: options });

async function manyOf(make: typeof broadcast, options: object): Promise<void> {
  const channel = await connect(endpoints, { lazy: true });
  try {
    make(channel, options);
  } finally {
    await channel.close();
  }
}

async function announced(options: object): Promise<void> {
  const server = new Server();
  try {
    await server.listen("memory:option-names");
    await server.announce(httpRegistry({ url }), { name: "orders", ...options });
  } finally {
    await server.close();
  }
}

test.each<[taker: string, given: string, meant: string, Entry]>([
  ["connect()", "timout", "timeout", (options) => connect("memory:nobody", options)],
  ["connect()", "keepAliveInterval", "keepaliveInterval", (options) => connect(endpoints, options)],
  ["connect()", "maxMessageSize", "maxMessageBytes", (options) => connect("memory:nobody", options)],
  ["retry", "attempt", "attempts", lazily("retry")],
  ["hedge", "afer", "after", lazily("hedge")],
  ["compression", "levels", "level", lazily("compression")],
  ["the option tls of a channel", "serverName", "servername", tls],
  ["outlierEjection", "maxPercentage", "maxPercent", balanced],
  ["successRate", "deviation", "deviations", (options) => balanced({ successRate: options })],
  ["failurePercentage", "treshold", "threshold", (options) => balanced({ failurePercentage: options })],
  ["new Server()", "maxConcurency", "maxConcurrency", (options) => new Server(options)],
  ["new Server()", "maxConnection", "maxConnections", (options) => new Server(options)],
  [
    "the option tls of a server",
    "clientCertificate",
    "clientCertificates",
    (options) => new Server({ tls: { cert: "", key: "", ...options } }),
  ],
  ["server.inMemory()", "retrys", "retry", (options) => new Server().inMemory(options)],
  ["server.announce()", "wieght", "weight", announced],
  ["httpRegistry()", "tokn", "token", (options) => httpRegistry({ url, ...options })],
  ["etcdRegistry()", "user_name", "username", (options) => etcdRegistry({ hosts: url, ...options })],
  ["classicRegistry()", "tll", "ttl", (options) => classicRegistry({ url, ...options })],
  ["dnsResolver()", "server", "servers", (options) => dnsResolver("tcp://localhost:1", options)],
  [
    "an endpoint of staticResolver()",
    "wieght",
    "weight",
    (options) => staticResolver(["memory:a", { address: "memory:b", ...options }]),
  ],
  ["a gob decoder", "maxMesageBytes", "maxMessageBytes", (options) => new Decoder(options)],
  ["fileResolver()", "intervall", "interval", (options) => fileResolver("endpoints.json", options)],
  ["new RegistryServer()", "minTTl", "minTtl", (options) => new RegistryServer(options)],
  ["peakEwma()", "decays", "decay", peakEwma],
  ["consistentHash()", "loadfactor", "loadFactor", (options) => consistentHash(() => "", options)],
  ["slowStart()", "windw", "window", (options) => slowStart(peakEwma(), options)],
  ["subset()", "sise", "size", (options) => subset(endpoints, { size: 1, ...options })],
  ["zoneAware()", "capcity", "capacity", (options) => zoneAware("a", options)],
  ["healthChecks()", "timeOut", "timeout", (options) => healthChecks(async () => {}, options)],
  ["circuitBreaker()", "opentime", "openTime", circuitBreaker],
  ["broadcast()", "onResults", "onResult", (options) => manyOf(broadcast, options)],
  ["fork()", "maxConcurency", "maxConcurrency", (options) => manyOf(fork, options)],
  ["callLog()", "requests", "request", (options) => callLog({ write() {}, ...options })],
  ["new CallMetrics()", "loger", "logger", (options) => new CallMetrics(options)],
  ["openTelemetry()", "tracer_provider", "tracerProvider", openTelemetry],
  ["testChannel()", "fault", "faults", (options) => testChannel(empty, {}, options)],
  ["faultyProxy()", "lisen", "listen", (options) => faultyProxy("memory:x", {}, options)],
  ["a plan of faults", "toServers", "toServer", (options) => faultyProxy("memory:x", options)],
  ["toClient", "dropafter", "dropAfter", (options) => faultyProxy("memory:x", { toClient: options })],
])("%s refuses the option %s: did you mean %s?", async (taker, given, meant, entry) => {
  const refused = new TypeError(`${taker} has no option ${JSON.stringify(given)}: did you mean "${meant}"?`);
  await expect((async () => entry({ [given]: 1 }))()).rejects.toEqual(refused);
});

test.each([
  ["connect()", async (interceptors: never) => connect("memory:x", { interceptors })],
  ["new Server()", (interceptors: never) => new Server({ interceptors })],
  ["server.inMemory()", (interceptors: never) => new Server().inMemory({ interceptors })],
])("%s refuses an interceptor that is not in a list", async (_taker, entry) => {
  const refused = new TypeError("interceptors takes a list, also of one: interceptors: [...]");
  await expect((async () => entry({} as never))()).rejects.toEqual(refused);
});

describe("a name", () => {
  const names = { host: true, port: true };

  test("that is like none brings up all that there are", () => {
    expect(() => checkNames<object>("dial()", names, { nonsense: 1 })).toThrow(
      'dial() has no option "nonsense": it has host, port',
    );
  });

  test("of any length is shown shortened, and compared with none", () => {
    expect(() => checkNames<object>("dial()", names, { ["x".repeat(1_000_000)]: 1 })).toThrow(
      `dial() has no option "${"x".repeat(60)}…": it has host, port`,
    );
  });

  test("that every object has is none of an option", () => {
    expect(() => checkNames<object>("dial()", names, { toString: 1 })).toThrow('no option "toString"');
  });

  test("counts without a value too: it was meant to have one", () => {
    expect(() => checkNames<object>("dial()", names, { prot: undefined })).toThrow('did you mean "port"?');
  });
});

test.each([
  [null, "null"],
  [5_000, "5000"],
  ["x", '"x"'],
  [() => {}, "function"],
  [Symbol("x"), "symbol"],
  [10n, "10"],
  [NaN, "NaN"],
  ["-".repeat(100_000), `"${"-".repeat(60)}…"`],
])("%s is no object of options", async (given, shown) => {
  const text = `connect() takes an object of options, not ${shown}`;
  await expect(connect("memory:nobody", given as object)).rejects.toThrow(new TypeError(text));
});
