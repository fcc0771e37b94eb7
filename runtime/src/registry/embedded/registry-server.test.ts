import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { open } from "../http-request.ts";
import { readLines } from "../lines.ts";
import { watchPath } from "../protocol.ts";
import { RegistryServer, type RegistryServerOptions } from "./registry-server.ts";

const servers: RegistryServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: RegistryServerOptions = {}): Promise<string> {
  const server = new RegistryServer({ minTtl: 1, ...options });
  servers.push(server);
  return server.listen();
}

function put(
  url: string,
  name: string,
  id: string,
  body: unknown = { address: "tcp://h:1", ttl: 60_000 },
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/v1/services/${name}/endpoints/${id}`, { method: "PUT", body: text });
}

/** The status and the text of an answer. */
async function said(response: Response | Promise<Response>): Promise<[number, string]> {
  const answer = await response;
  return [answer.status, await answer.text()];
}

/** Sends bytes and reads all that comes until the connection ends. */
async function raw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

class Watch {
  readonly #controller = new AbortController();
  readonly #lines: AsyncGenerator<string, void>;

  constructor(url: string, name: string) {
    const lines = async function* (signal: AbortSignal): AsyncGenerator<string, void> {
      yield* readLines(await open({ method: "GET", url: new URL(url + watchPath(name)) }, signal), 1e6);
    };
    this.#lines = lines(this.#controller.signal);
  }

  /** The next line, parsed. */
  async next(): Promise<unknown> {
    const { value } = await this.#lines.next();
    return value === undefined ? undefined : JSON.parse(value);
  }

  end(): void {
    this.#controller.abort();
  }
}

test("an endpoint from its registration to its expiry, as a watcher sees it", async () => {
  const url = await start();
  expect((await put(url, "s", "old")).status).toBe(201);
  const watch = new Watch(url, "s");
  const old = { id: "old", address: "tcp://h:1", ttl: 60_000 };
  expect(await watch.next()).toEqual({ kind: "snapshot", keepalive: 5_000, endpoints: [old] });
  expect((await put(url, "s", "old", { address: "tcp://h:3", ttl: 60_000 })).status).toBe(200);
  expect(await watch.next()).toEqual({ kind: "update", endpoint: { ...old, address: "tcp://h:3" } });
  const body = {
    address: "tcp://h:2",
    ttl: 40,
    services: ["a.B"],
    weight: 2,
    zone: "z",
    metadata: { k: "v" },
  };
  expect(await said(put(url, "s", "new", body))).toEqual([201, '{\n  "ttl": 40\n}\n']);
  expect(await watch.next()).toEqual({ kind: "insert", endpoint: { id: "new", ...body } });
  expect(await watch.next()).toEqual({ kind: "remove", id: "new", reason: "expired" });
  await fetch(`${url}/v1/services/s/endpoints/old`, { method: "DELETE" });
  expect(await watch.next()).toEqual({ kind: "remove", id: "old", reason: "withdrawn" });
});

test("a watch with nothing to say says so, and ends when the registry closes", async () => {
  const url = await start({ keepalive: 20 });
  const watch = new Watch(url, "s");
  expect(await watch.next()).toEqual({ kind: "snapshot", keepalive: 20, endpoints: [] });
  expect(await watch.next()).toEqual({ kind: "keepalive" });
  await servers[0]!.close();
  for (let line: unknown = {}; line !== undefined; line = await watch.next())
    expect(line).not.toMatchObject({ kind: "remove" });
});

test("people read JSON", async () => {
  const url = await start();
  await put(url, "s", encodeURIComponent("tcp://h:1/ü"));
  const watch = new Watch(url, "s");
  await watch.next();
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("application/json");
  const id = "tcp://h:1/ü";
  const service = {
    name: "s",
    watchers: 1,
    endpoints: [{ id, address: "tcp://h:1", ttl: 60_000, expiresIn: expect.any(Number) as number }],
  };
  expect(await response.json()).toEqual({ services: [service] });
  expect(await (await fetch(`${url}/v1/services/s`)).json()).toEqual(service);
  expect(await (await fetch(`${url}/v1/services/none`)).json()).toEqual({
    name: "none",
    watchers: 0,
    endpoints: [],
  });
});

test("ids that look like paths are ids", async () => {
  const url = await start();
  const { hostname: host, port } = new URL(url);
  for (const id of ["..", ".", "a/b", "%"]) {
    const request = httpRequest({
      host,
      port,
      method: "PUT",
      path: `/v1/services/s/endpoints/${encodeURIComponent(id)}`,
    });
    request.end('{"address":"tcp://h:1","ttl":9999}');
    const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, "end");
  }
  const { endpoints } = (await (await fetch(`${url}/v1/services/s`)).json()) as {
    endpoints: { id: string }[];
  };
  expect(endpoints.map(({ id }) => id)).toEqual(["..", ".", "a/b", "%"]);
});

describe("what is wrong is refused with its reason", () => {
  const cases: [string, string, string | undefined, number, RegExp][] = [
    ["GET", "/v1/service", undefined, 404, /^there is nothing at \/v1\/service: try GET \/v1\/services\n$/],
    ["GET", "/v1/services/a/watch/x", undefined, 404, /^there is nothing at /],
    ["GET", "/v1/services/a/endpoints", undefined, 404, /^there is nothing at /],
    ["PUT", "/v1/services/a/endpoints/b/c", "{}", 404, /^there is nothing at /],
    ["POST", "/v1/services/a/endpoints/b", "{}", 405, /^POST is not possible here: PUT, DELETE is\n$/],
    ["PUT", "/v1/services", "{}", 405, /^PUT is not possible here: GET is\n$/],
    ["GET", "/v1/services/a%zz", undefined, 400, /^a%zz in the path is not percent-encoded UTF-8\n$/],
    [
      "GET",
      "/v1/services/a%20b",
      undefined,
      400,
      /^name is "a b": it takes letters, digits, "_", "-" and "\."\n$/,
    ],
    [
      "GET",
      `/v1/services/${"x".repeat(129)}`,
      undefined,
      400,
      /^name has 129 characters: at most 128 are taken\n$/,
    ],
    ["DELETE", "/v1/services/a/endpoints/b", undefined, 404, /^a has no endpoint b\n$/],
    ["PUT", "/v1/services/a/endpoints/b", "", 400, /^the body is not JSON: /],
    ["PUT", "/v1/services/a/endpoints/b", "[]", 400, /^the body is a list: it takes an object\n$/],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      '{"ttl":1}',
      400,
      /^the body\.address is missing: it takes a string\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      '{"address":"tcp://h:1"}',
      400,
      /^the body\.ttl is missing: it takes an integer/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      '{"address":"tcp://h:1","ttl":9}',
      400,
      /^ttl is 9 ms: the least is 10 \(option minTtl of the registry\)\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      '{"address":"tcp://h:1","ttl":3600001}',
      400,
      /^ttl is 3600001 ms: the most is 3600000 \(option maxTtl of the registry\)\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      JSON.stringify({
        address: "tcp://h:1",
        ttl: 60_000,
        metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, "v"])),
      }),
      400,
      /^the body\.metadata has 65 entries: at most 64 are taken\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      JSON.stringify({ address: "tcp://h:1", ttl: 60_000, metadata: { k: "v".repeat(1_025) } }),
      400,
      /^the body\.metadata\.k has 1025 characters: at most 1024 are taken\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      '{"address":"tcp://h:1","ttl":60000,"path":"no slash"}',
      400,
      /^the body\.path is "no slash": it takes a path such as \/_goprc_\n$/,
    ],
    [
      "PUT",
      "/v1/services/a/endpoints/b",
      "x".repeat(20_000),
      413,
      /^the body has more than 16384 bytes \(option maxBodyBytes of the registry\)\n$/,
    ],
  ];
  test.each(cases)("%s %s", async (method, path, body, status, text) => {
    const url = await start({ minTtl: 10 });
    const [gotStatus, gotText] = await said(
      fetch(url + path, { method, ...(body === undefined ? {} : { body }) }),
    );
    expect(gotText).toMatch(text);
    expect(gotStatus).toBe(status);
  });
});

describe("limits", () => {
  test("endpoints and names", async () => {
    const url = await start({ maxEndpoints: 2, maxNames: 1 });
    await put(url, "s", "a");
    expect(await said(put(url, "t", "a"))).toEqual([
      503,
      "no room for another name: the limit is 1 (option maxNames of the registry)\n",
    ]);
    await put(url, "s", "b");
    expect(await said(put(url, "s", "c"))).toEqual([
      503,
      "no room for another endpoint: the limit is 2 (option maxEndpoints of the registry)\n",
    ]);
  });

  test("watchers, whose places are free again when they go", async () => {
    const url = await start({ maxWatchers: 1 });
    const watch = new Watch(url, "s");
    await watch.next();
    expect(await said(fetch(`${url}/v1/services/t/watch`))).toEqual([
      503,
      "no room for another watch: the limit is 1 (option maxWatchers of the registry)\n",
    ]);
    watch.end();
    await vi.waitFor(async () => {
      const response = await fetch(`${url}/v1/services/t/watch`);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }, 10_000);
  });

  test("connections", async () => {
    const warn = vi.fn();
    const url = await start({ maxConnections: 1, logger: { warn, error: warn } });
    const watch = new Watch(url, "s");
    await watch.next();
    expect(await raw(url, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 503 [^]*no room for another connection: the limit is 1 \(option maxConnections of the registry\)/,
    );
    expect(warn).toHaveBeenCalledExactlyOnceWith("a registry's connection was refused", {
      peer: "127.0.0.1",
      reason: "the limit is 1 connections (option maxConnections)",
    });
    watch.end();
  });

  test("connections far above the limit, without a word", async () => {
    const url = await start({ maxConnections: 1 });
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: 101 }, () => connect(Number(port), hostname));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    expect(await raw(url, "")).toBe("");
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), 10_000);
  });

  test("header bytes", async () => {
    const url = await start({ maxHeaderBytes: 200 });
    const answer = await raw(url, `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${"x".repeat(300)}\r\n\r\n`);
    expect(answer).toContain("HTTP/1.1 431 ");
    expect(answer).toContain("the headers have more than 200 bytes (option maxHeaderBytes)");
  });

  test.each([
    ["headers", "GET / HTTP/1.1\r\n"],
    ["body", "PUT /v1/services/a/endpoints/b HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{"],
  ])("time for the %s", async (_part, bytes) => {
    const url = await start({ requestTimeout: 50 });
    const answer = await raw(url, bytes);
    expect(answer).toContain("HTTP/1.1 408 ");
    expect(answer).toContain("the request took more than 50 ms to arrive (option requestTimeout)");
  });

  test("a connection that says nothing", async () => {
    const url = await start({ keepalive: 10, idleTimeout: 50 });
    expect(await raw(url, "")).toBe("");
  });

  test("a watcher that does not read is dropped, and the others go on", async () => {
    const warn = vi.fn();
    const url = await start({
      keepalive: 20,
      maxUnsentBytes: 10_000,
      maxBodyBytes: 100_000,
      logger: { warn, error: warn },
    });
    const { hostname, port } = new URL(url);
    const deaf = connect(Number(port), hostname);
    deaf.write("GET /v1/services/s/watch HTTP/1.1\r\nhost: x\r\n\r\n");
    deaf.pause();
    deaf.on("error", () => {});
    const watch = new Watch(url, "s");
    await watch.next();
    const metadata = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, "v".repeat(1_000)]));
    for (let weight = 1; warn.mock.calls.length === 0; weight++) {
      await put(url, "s", "a", { address: "tcp://h:1", ttl: 60_000, weight, metadata });
      let line = await watch.next();
      while ((line as { kind: string }).kind === "keepalive") line = await watch.next();
      expect(line).toMatchObject({ endpoint: { weight } });
    }
    expect(warn).toHaveBeenCalledExactlyOnceWith("a registry's watcher was dropped", {
      peer: "127.0.0.1",
      reason: "it left more than 10000 bytes unread (option maxUnsentBytes)",
    });
    watch.end();
    deaf.destroy();
  });

  test("are checked", () => {
    expect(() => new RegistryServer({ maxNames: 0 })).toThrow(
      "maxNames is 0: it takes an integer from 1 to 2147483647",
    );
    expect(() => new RegistryServer({ minTtl: 5_000, maxTtl: 4_000 })).toThrow(
      "minTtl is 5000, above maxTtl, which is 4000",
    );
    expect(() => new RegistryServer({ idleTimeout: 1_000 })).toThrow(
      "keepalive is 5000, above idleTimeout, which is 1000",
    );
  });
});

describe("a token", () => {
  const token = "s3cret:+/=~";
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  test.each([
    ["", "the registry asks for its token"],
    ["Digest x", "the registry asks for its token"],
    ["Bearer", "the registry asks for its token"],
    ["Bearer s3cret", "the token is not that of this registry"],
    [`Bearer ${token}x`, "the token is not that of this registry"],
    [basic(token), "the token is not that of this registry"],
    [basic("no colon"), "the token is not that of this registry"],
  ])("is asked for: %s", async (authorization, text) => {
    const url = await start({ token });
    const requests: [string, string][] = [
      ["GET", "/"],
      ["GET", "/nowhere"],
      ["GET", "/v1/services/s/watch"],
      ["PUT", "/v1/services/s/endpoints/a"],
      ["DELETE", "/v1/services/s/endpoints/a"],
      ["GET", "/_gorpc_/registry"],
      ["POST", "/_geerpc_/registry"],
    ];
    for (const [method, path] of requests) {
      const response = await fetch(url + path, { method, headers: { authorization } });
      expect(response.headers.get("www-authenticate")).toBe('Basic realm="gorpc-registry", Bearer');
      expect(await said(response)).toEqual([401, expect.stringMatching(`^${text}.* \\(option token\\)\n$`)]);
    }
  });

  test.each([`Bearer ${token}`, `bearer  ${token}`, basic(`:${token}`), basic(`user:${token}`)])(
    "opens: %s",
    async (authorization) => {
      const url = await start({ token });
      expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    },
  );

  test.each(["", "a b", "ü", "x".repeat(1025)])("that no header carries is refused: %j", (wrong) => {
    expect(() => new RegistryServer({ token: wrong })).toThrow(
      new TypeError("token takes 1 to 1024 visible ASCII characters without a space"),
    );
  });
});

describe("hostile bytes", () => {
  test("cost their own connection", async () => {
    const error = vi.fn();
    const url = await start({ requestTimeout: 200, logger: { warn: () => {}, error } });
    const garbage = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.constantFrom(
        "\x16\x03\x01\x02\x00",
        "GET\r\n\r\n",
        "PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      ),
    );
    await fc.assert(
      fc.asyncProperty(garbage, async (bytes) => {
        const answer = await raw(
          url,
          Buffer.concat([Buffer.from(bytes as Uint8Array), Buffer.from("\r\n\r\n")]),
        );
        expect(answer).toMatch(/^(HTTP\/1\.1 4|$)/);
      }),
      { numRuns: 30 },
    );
    expect((await fetch(url)).status).toBe(200);
    expect(error).not.toHaveBeenCalled();
  });

  test("a body that breaks off is nobody's failure", async () => {
    const error = vi.fn();
    const url = await start({ logger: { warn: error, error } });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write("PUT /v1/services/a/endpoints/b HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{");
    await once(socket, "connect");
    socket.destroy();
    expect(await (await fetch(url)).json()).toEqual({ services: [] });
    expect(error).not.toHaveBeenCalled();
  });
});

describe("listen", () => {
  test.each(["127.0.0.1:9", "https://h:1", "http://h", "http://h:1/x", "http://h:99999", "http://u@h:1"])(
    "refuses %s",
    async (url) => {
      await expect(new RegistryServer().listen(url)).rejects.toThrow(
        `${url} is not an address that a registry can listen at: write http://host:port`,
      );
    },
  );

  test("at an address that is taken fails, and can be tried again", async () => {
    const url = await start();
    const second = new RegistryServer();
    servers.push(second);
    await expect(second.listen(url)).rejects.toThrow("EADDRINUSE");
    expect(await second.listen()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("after close fails; closing twice, and without listening, is fine", async () => {
    const server = new RegistryServer();
    await Promise.all([server.close(), server.close()]);
    await expect(server.listen()).rejects.toThrow("the registry is closed");
  });
});
