import { describe, expect, it } from "vitest";
import { hostAddress, parseAddress } from "./address.ts";

describe("an address", () => {
  it.each([
    ["tcp://127.0.0.1:9000", { scheme: "tcp", host: "127.0.0.1", port: 9000, text: "tcp://127.0.0.1:9000" }],
    ["tcp://example.org:0", { scheme: "tcp", host: "example.org", port: 0, text: "tcp://example.org:0" }],
    ["tcp://[::1]:65535", { scheme: "tcp", host: "::1", port: 65_535, text: "tcp://[::1]:65535" }],
    ["tcp://host:80/", { scheme: "tcp", host: "host", port: 80, text: "tcp://host:80" }],
    [
      "tls://example.org:9000",
      { scheme: "tls", host: "example.org", port: 9000, text: "tls://example.org:9000" },
    ],
    ["tls://[::1]:1", { scheme: "tls", host: "::1", port: 1, text: "tls://[::1]:1" }],
    ["tcp@[::]:40123", { scheme: "tcp", host: "::", port: 40_123, text: "tcp://[::]:40123" }],
    ["unix:///run/x.sock", { scheme: "unix", path: "/run/x.sock", text: "unix:///run/x.sock" }],
    ["unix@/run/x.sock", { scheme: "unix", path: "/run/x.sock", text: "unix:///run/x.sock" }],
    ["memory:orders", { scheme: "memory", name: "orders", text: "memory:orders" }],
  ])("is read: %s", (text, parsed) => {
    expect(parseAddress(text)).toEqual(parsed);
  });

  it.each([
    ["", "it names no transport; use tcp://host:port, tls://host:port, unix:///path or memory:name"],
    ["localhost:80", 'there is no transport "localhost"'],
    ["http://host:80", 'there is no transport "http"'],
    ["tcp:host:80", "write tcp://host:port"],
    ["tls:host:80", "write tls://host:port"],
    ["tls://host", "write tls://host:port, with an IPv6 host in brackets"],
    ["tcp://host", "write tcp://host:port, with an IPv6 host in brackets"],
    ["tcp://::1:80", "write tcp://host:port, with an IPv6 host in brackets"],
    ["tcp://host:80/path", "write tcp://host:port"],
    ["tcp://user@host:80", "write tcp://host:port"],
    ["tcp://:80", "it has no host; 0.0.0.0 or [::] listens on every interface"],
    ["tcp://host:65536", "a port is at most 65535"],
    ["tcp://host:123456", "write tcp://host:port"],
    ["tcp://host:80\n", "write tcp://host:port"],
    ["unix://run/x.sock", "write an absolute path"],
    ["memory:", "write memory:name"],
    ["memory://x", "write memory:name"],
  ])("is refused with the reason: %j", (text, reason) => {
    expect(() => parseAddress(text)).toThrow(TypeError);
    expect(() => parseAddress(text)).toThrow(reason);
    expect(() => parseAddress(text)).toThrow(JSON.stringify(text));
  });

  it("puts an IPv6 host in brackets", () => {
    expect(hostAddress("tls", "::1", 1)).toBe("tls://[::1]:1");
    expect(hostAddress("tcp", "10.0.0.1", 1)).toBe("tcp://10.0.0.1:1");
  });
});
