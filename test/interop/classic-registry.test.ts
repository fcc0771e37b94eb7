import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "@gorpc/runtime";
import {
  classicRegistry,
  type Endpoint,
  httpRegistry,
  RegistryServer,
  type RegistryServerOptions,
  type Resolver,
} from "@gorpc/runtime/registry";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startProgram, stop } from "../children.ts";
import { until } from "../e2e/waiting.ts";
import { run } from "../run.ts";
import { buildGo, type GoProgram, goVersion } from "./go.ts";

const whyNoGo = goVersion() === undefined ? "there is no Go here: apt-get install golang-go" : undefined;

let program: GoProgram | undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-classic-registry-"));
  if (whyNoGo === undefined) program = buildGo("classic-registry");
}, 180_000);
afterAll(async () => {
  program?.remove();
  await rm(folder, { recursive: true });
});
beforeEach((context) => {
  if (whyNoGo !== undefined) context.skip(whyNoGo);
});

let outputs = 0;

/** Starts a role in Go for the time of a test. @returns the first line that it prints, and how to end it */
async function start(...role: string[]): Promise<{ line: string; end: () => Promise<void> }> {
  const output = join(folder, `output${outputs++}`);
  const child = startProgram(program!.path, role, output);
  onTestFinished(() => stop(child));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(await readFile(output, "utf8"));
    return (await readFile(output, "utf8")).includes("\n");
  });
  return { line: (await readFile(output, "utf8")).split("\n", 1)[0]!, end: () => stop(child) };
}

interface Discovered {
  readonly entries: string[];
  readonly connections: number;
}

/** What a client of theirs reads, several times over. */
async function discover(url: string, prefix: string): Promise<Discovered> {
  return JSON.parse(await run(program!.path, ["discover", url, prefix, "5"], { folder })) as Discovered;
}

async function startOurs(options: RegistryServerOptions = {}): Promise<string> {
  const registry = new RegistryServer(options);
  onTestFinished(() => registry.close());
  return registry.listen();
}

/** Follows a resolver for the time of a test. */
function follow(resolver: Resolver): Map<string, Endpoint> {
  const controller = new AbortController();
  const known = new Map<string, Endpoint>();
  const run = (async () => {
    for await (const change of resolver.watch(controller.signal)) {
      if (change.kind === "snapshot") {
        known.clear();
        for (const endpoint of change.endpoints) known.set(endpoint.id, endpoint);
      } else if (change.kind === "remove") known.delete(change.id);
      else known.set(change.endpoint.id, change.endpoint);
    }
  })();
  onTestFinished(() => {
    controller.abort();
    return run;
  });
  return known;
}

const dialects = [
  ["gorpc", "/_gorpc_/registry", "X-Gorpc"],
  ["geerpc", "/_geerpc_/registry", "X-Geerpc"],
] as const;
const three = ["http@10.0.0.1:80", "tcp@[::]:40123", "unix@/run/x.sock"];

describe.each(dialects)("%s", (name, path, prefix) => {
  test("their servers register with ours, where both their clients and our callers find them", async () => {
    const url = await startOurs();
    const known = follow(httpRegistry({ url }).resolve(name));
    await start("heartbeat", url + path, prefix, "60000", ...three);
    const found = await discover(url + path, prefix);
    // Answers that they do not close cost them no connection each.
    expect({ ...found, entries: found.entries.sort() }).toEqual({ entries: three, connections: 1 });
    await until(() => known.size === 3);
    expect(known.get("tcp@[::]:40123")).toEqual({
      id: "tcp@[::]:40123",
      address: "tcp://127.0.0.1:40123",
      protocol: "classic",
    });
  });

  test("a server of theirs stays with ours while its heart beats", async () => {
    const url = await startOurs({ classicTtl: 1_500 });
    const { end } = await start("heartbeat", url + path, prefix, "100", "tcp@h:1");
    const expired = performance.now() + 2_000;
    await until(() => performance.now() > expired);
    expect((await discover(url + path, prefix)).entries).toEqual(["tcp@h:1"]);
    await end();
    await until(async () => (await (await fetch(url)).text()) === '{\n  "services": []\n}\n');
    expect((await discover(url + path, prefix)).entries).toEqual([]);
  });

  test("our servers register with theirs, where both their clients and our callers find them", async () => {
    const { line: url } = await start("registry", path, prefix, "1500");
    const registry = classicRegistry({ url, ttl: 1_500, interval: 20 });
    const known = follow(registry.resolve("any"));
    const server = new Server();
    onTestFinished(() => server.close({ drain: 0.001 }));
    const address = await server.listen("tcp://127.0.0.1:0");
    await server.announce(registry, { name: "shop" });
    const entry = address.replace("://", "@");
    expect((await discover(url, prefix)).entries).toEqual([entry]);
    await start("heartbeat", url, prefix, "100", ...three);
    await until(() => known.size === 4);
    expect(known.get(entry)).toEqual({ id: entry, address, protocol: "classic" });
    expect(known.get("http@10.0.0.1:80")?.path).toBe(name === "gorpc" ? "/_goprc_" : "/_geeprc_");
    await server.close();
    await until(() => known.size === 3);
    expect((await discover(url, prefix)).entries).toEqual(three);
  });
});

test("5,000 servers of theirs, with our registry and with theirs", async () => {
  const entries = Array.from({ length: 5_000 }, (_, i) => `tcp@10.0.${i >> 8}.${i & 255}:40123`).sort();
  const [name, path, prefix] = dialects[0];
  const ours = await startOurs();
  const { line: theirs } = await start("registry", path, prefix, "300000");
  const atOurs = follow(httpRegistry({ url: ours }).resolve(name));
  const atTheirs = follow(classicRegistry({ url: theirs, interval: 50 }).resolve(name));
  for (const url of [ours + path, theirs]) {
    const { line } = await start("heartbeat", url, prefix, "60000", ...entries);
    expect(line).toBe("registered 5000");
    expect((await discover(url, prefix)).entries.sort()).toEqual(entries);
  }
  await until(() => atOurs.size === 5_000 && atTheirs.size === 5_000);
}, 180_000);
