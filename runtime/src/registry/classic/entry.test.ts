import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidJson } from "../check.ts";
import { checkRegistered, formatRegistered } from "../endpoint.ts";
import type { Endpoint } from "../resolver.ts";
import { dialects } from "./dialect.ts";
import { classicTtl, formatEntry, reachedFrom, readEntry } from "./entry.ts";

const [gorpc, geerpc] = dialects;

describe("an entry and its endpoint", () => {
  test.each([
    ["tcp@10.0.0.7:9000", "tcp://10.0.0.7:9000"],
    ["tcp@orders.internal:9000", "tcp://orders.internal:9000"],
    ["tcp@[::]:40123", "tcp://[::]:40123"],
    ["tcp@[fe80::1%eth0]:80", "tcp://[fe80::1%eth0]:80"],
    ["unix@/run/x.sock", "unix:///run/x.sock"],
  ])("%s, both ways", (entry, address) => {
    const endpoint = { id: entry, address, protocol: "classic" };
    expect(readEntry(entry, "it", gorpc)).toEqual(endpoint);
    expect(formatEntry(endpoint)).toBe(entry);
  });

  test.each([
    [gorpc, "/_goprc_"],
    [geerpc, "/_geeprc_"],
  ])("http@ is HTTP CONNECT at $name's path", (dialect, path) => {
    const endpoint = { id: "http@10.0.0.1:80", address: "tcp://10.0.0.1:80", protocol: "classic", path };
    expect(readEntry("http@10.0.0.1:80", "it", dialect)).toEqual(endpoint);
    expect(formatEntry(endpoint)).toBe("http@10.0.0.1:80");
  });

  test.each([
    ["tcp@:40123", "tcp://[::]:40123"],
    ["tcp4@10.0.0.7:1", "tcp://10.0.0.7:1"],
    ["tcp6@[::1]:1", "tcp://[::1]:1"],
  ])("%s, as Go takes it too", (entry, address) => {
    expect(readEntry(entry, "it", gorpc)).toMatchObject({ id: entry, address });
  });
});

test.each([
  ["", "it is empty"],
  [undefined, "it is missing: it takes a string"],
  ["tcp@a:1\n", "it contains a control character"],
  [`tcp@${"x".repeat(260)}:1`, "it has 266 characters: at most 256 are taken"],
  ["10.0.0.1:80", 'it is "10.0.0.1:80": it takes tcp@host:port, http@host:port or unix@/path'],
  ["quic@h:1", 'it is "quic@h:1": it takes tcp@host:port'],
  ["tcp@h", 'it is "tcp@h": it takes tcp@host:port'],
  ["tcp@h:70000", 'it is "tcp@h:70000": it takes tcp@host:port'],
  ["tcp@a:1,tcp@b:1", 'it is "tcp@a:1,tcp@b:1": it takes tcp@host:port'],
  ["tcp@a b:1", 'it is "tcp@a b:1": it takes tcp@host:port'],
  ["unix@run/x.sock", 'it is "unix@run/x.sock": it takes tcp@host:port'],
  ["tcp@u@h:1", 'it is "tcp@u@h:1": it takes tcp@host:port'],
])("%j is refused", (entry, message) => {
  expect(() => readEntry(entry, "it", gorpc)).toThrow(InvalidJson);
  expect(() => readEntry(entry, "it", gorpc)).toThrow(message);
});

test("whatever is read can be registered and watched as any endpoint", () => {
  const entry = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom("tcp@", "http@", "unix@/", "tcp4@["), fc.string())
      .map((parts) => parts.join("")),
    fc
      .tuple(fc.constantFrom("tcp@", "http@"), fc.domain(), fc.nat(70_000))
      .map(([a, b, c]) => `${a}${b}:${c}`),
  );
  fc.assert(
    fc.property(entry, (text) => {
      let endpoint: Endpoint;
      try {
        endpoint = readEntry(text, "it", geerpc);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidJson);
        return;
      }
      const registered = { endpoint, ttl: classicTtl };
      expect(checkRegistered(JSON.parse(formatRegistered(registered)))).toEqual(registered);
    }),
  );
});

test.each([
  { address: "tls://h:1" },
  { address: "memory:x" },
  { address: "dns:h" },
  { address: "tcp://h:1", protocol: "net/rpc" },
  { address: "unix:///run/a,b" },
  { address: "unix:///run/ä" },
])("%j has no entry: classic clients cannot call it", (endpoint) => {
  expect(formatEntry({ id: "a", ...endpoint })).toBeUndefined();
});

test.each([
  ["tcp://h:1", "tcp@h:1"],
  ["tcp@h:1", "tcp@h:1"],
])("a server of ours at %s has one, since it speaks every protocol at its port", (address, entry) => {
  expect(formatEntry({ id: "a", address })).toBe(entry);
  expect(formatEntry({ id: "a", address, protocol: "mux" })).toBe(entry);
});

test.each([
  ["tcp://[::]:40123", "tcp://10.0.0.2:40123"],
  ["tcp://0.0.0.0:40123", "tcp://10.0.0.2:40123"],
  ["tcp://[::1]:40123", "tcp://[::1]:40123"],
  ["tcp://10.0.0.7:40123", "tcp://10.0.0.7:40123"],
  ["unix:///run/x.sock", "unix:///run/x.sock"],
])("%s is reached at %s where the registry's host is 10.0.0.2", (address, reached) => {
  const endpoint = { id: "a", address, protocol: "classic" };
  expect(reachedFrom(endpoint, "10.0.0.2")).toEqual({ ...endpoint, address: reached });
});
