import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { httpRegistry } from "../http-registry.ts";
import { RegistryServer, type RegistryServerOptions } from "./registry-server.ts";

const servers: RegistryServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: RegistryServerOptions = {}): Promise<string> {
  const server = new RegistryServer(options);
  servers.push(server);
  return server.listen();
}

const forms = [
  { name: "gorpc", path: "/_gorpc_/registry", server: "X-Gorpc-Server", servers: "X-Gorpc-Servers" },
  { name: "geerpc", path: "/_geerpc_/registry", server: "X-Geerpc-Server", servers: "X-Geerpc-Servers" },
];
type Form = (typeof forms)[number];

async function beat(url: string, { path, server }: Form, entry: string): Promise<[number, string]> {
  const response = await fetch(url + path, { method: "POST", headers: { [server]: entry } });
  return [response.status, await response.text()];
}

/** What a classic client reads, also where it is more than `fetch` takes. */
function read(url: string, { path, servers }: Form): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url + path, { maxHeaderSize: 1024 * 1024 }, (response) => {
      response.resume();
      resolve(String(response.headers[servers.toLowerCase()]));
    })
      .on("error", reject)
      .end();
  });
}

describe.each(forms)("$path", (form) => {
  test("takes heartbeats and lists whoever is alive, in answers without a body", async () => {
    const url = await start();
    expect(await read(url, form)).toBe("");
    expect(await beat(url, form, "tcp@[::]:40123")).toEqual([200, ""]);
    expect(await beat(url, form, "http@10.0.0.1:80")).toEqual([200, ""]);
    expect(await beat(url, form, "unix@/run/x.sock")).toEqual([200, ""]);
    expect(await beat(url, form, "tcp@[::]:40123")).toEqual([200, ""]);
    const response = await fetch(url + form.path);
    expect(response.headers.get(form.servers)).toBe("tcp@[::]:40123,http@10.0.0.1:80,unix@/run/x.sock");
    // Go keeps the connection of a body that nobody reads.
    expect(response.headers.get("content-length")).toBe("0");
  });

  test("is the name of its framework, where people and our callers find it", async () => {
    const url = await start();
    await beat(url, form, "tcp@[::]:40123");
    expect(await (await fetch(url)).json()).toMatchObject({
      services: [
        { name: form.name, endpoints: [{ id: "tcp@[::]:40123", protocol: "classic", ttl: 300_000 }] },
      ],
    });
    for await (const change of httpRegistry({ url }).resolve(form.name).watch(new AbortController().signal)) {
      expect(change).toEqual({
        kind: "snapshot",
        endpoints: [{ id: "tcp@[::]:40123", address: "tcp://127.0.0.1:40123", protocol: "classic" }],
      });
      break;
    }
  });

  test("takes another name from the URL", async () => {
    const url = await start();
    const named = { ...form, path: `${form.path}?name=shop` };
    await beat(url, named, "tcp@h:1");
    expect(await read(url, named)).toBe("tcp@h:1");
    expect(await read(url, form)).toBe("");
    expect(await (await fetch(`${url}/v1/services/shop`)).json()).toMatchObject({
      endpoints: [{ id: "tcp@h:1" }],
    });
    const [status, text] = await beat(url, { ...form, path: `${form.path}?name=a%20b` }, "tcp@h:1");
    expect([status, text]).toEqual([400, 'name is "a b": it takes letters, digits, "_", "-" and "."\n']);
  });

  test("lists the servers of ours that classic clients can call, each once", async () => {
    const url = await start();
    const registry = httpRegistry({ url });
    const endpoints = [
      { id: "a", address: "tcp://10.0.0.7:9000" },
      { id: "b", address: "tls://10.0.0.8:9000" },
      { id: "c", address: "tcp://10.0.0.9:9000", protocol: "net/rpc" },
    ];
    const leases = await Promise.all(
      endpoints.map((endpoint) => registry.register({ name: form.name, endpoint })),
    );
    await beat(url, form, "tcp@10.0.0.7:9000");
    expect(await read(url, form)).toBe("tcp@10.0.0.7:9000");
    await Promise.all(leases.map((lease) => lease.withdraw()));
  });

  test("refuses what is no heartbeat", async () => {
    const url = await start({ maxBodyBytes: 10 });
    const { status, statusText } = await fetch(url + form.path, { method: "POST" });
    expect([status, statusText]).toEqual([400, "Bad Request"]);
    expect(await beat(url, form, "gibberish")).toEqual([
      400,
      `${form.server} is "gibberish": it takes tcp@host:port, http@host:port or unix@/path\n`,
    ]);
    expect(await beat(url, form, "tcp@a:1,tcp@b:1")).toEqual([400, expect.any(String)]);
    const put = await fetch(url + form.path, { method: "PUT" });
    expect([put.status, await put.text()]).toEqual([405, "PUT is not possible here: GET, POST is\n"]);
    const long = await fetch(url + form.path, { method: "POST", body: "x".repeat(11) });
    expect(long.status).toBe(413);
    expect(await read(url, form)).toBe("");
  });

  test("drops who is silent for its time to live", async () => {
    const url = await start({ classicTtl: 30 });
    const watch = httpRegistry({ url }).resolve(form.name).watch(new AbortController().signal);
    const changes = watch[Symbol.asyncIterator]();
    await changes.next();
    await beat(url, form, "tcp@h:1");
    expect((await changes.next()).value).toMatchObject({ kind: "insert" });
    while ((await read(url, form)) !== "") await new Promise((resolve) => setTimeout(resolve, 5));
    await changes.return?.();
  });

  test("takes a token as classic frameworks can show it: in the URL", async () => {
    const url = await start({ token: "secret" });
    const authorization = `Basic ${Buffer.from("any:secret").toString("base64")}`;
    const headers = { authorization, [form.server]: "tcp@h:1" };
    expect((await fetch(url + form.path, { method: "POST", headers })).status).toBe(200);
    expect((await fetch(url + form.path, { headers })).headers.get(form.servers)).toBe("tcp@h:1");
  });
});

test("5,000 servers fit into one answer", async () => {
  const [form] = forms as [Form];
  const entries = Array.from({ length: 5_000 }, (_, i) => `tcp@10.0.${i >> 8}.${i & 255}:40123`);
  const endpoints = entries.map((id) => ({ id, address: id, protocol: "classic", ttl: 300_000 }));
  const folder = await mkdtemp(join(tmpdir(), "gorpc-classic-"));
  try {
    const snapshotFile = join(folder, "registry.json");
    const snapshot = { format: "gorpc-registry/1", services: { gorpc: endpoints } };
    await writeFile(snapshotFile, JSON.stringify(snapshot));
    expect(await read(await start({ snapshotFile }), form)).toBe(entries.join());
  } finally {
    await rm(folder, { recursive: true });
  }
});
