import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { setTimersOn } from "../../timer.ts";
import { httpRegistry } from "../http-registry.ts";
import { RegistryServer, type RegistryServerOptions } from "./registry-server.ts";
import { SnapshotFile } from "./snapshot-file.ts";

let folder: string;
let path: string;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-snapshot-"));
  path = join(folder, "registry.json");
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true, force: true });
});

async function start(
  options: RegistryServerOptions = {},
): Promise<{ url: string; server: RegistryServer; warn: ReturnType<typeof vi.fn> }> {
  const warn = vi.fn();
  const server = new RegistryServer({
    minTtl: 1,
    snapshotFile: path,
    logger: { warn, error: warn },
    ...options,
  });
  cleanups.push(() => server.close());
  return { url: await server.listen(), server, warn };
}

async function put(url: string, name: string, id: string, ttl = 60_000): Promise<void> {
  const body = JSON.stringify({ address: "tcp://h:1", ttl });
  await fetch(`${url}/v1/services/${name}/endpoints/${id}`, { method: "PUT", body });
}

interface Overview {
  readonly services: { name: string; endpoints: { id: string; ttl: number; expiresIn: number }[] }[];
}

async function overview(url: string): Promise<Overview["services"]> {
  return ((await (await fetch(url)).json()) as Overview).services;
}

const good = {
  format: "gorpc-registry/1",
  services: { s: [{ id: "a", address: "tcp://h:1", ttl: 60_000 }] },
};

describe("a registry that starts again", () => {
  test("knows whom it knew, and gives each its time to live to renew", async () => {
    const first = await start();
    await put(first.url, "s", "long", 60_000);
    await put(first.url, "s", "short", 3_000);
    await put(first.url, "t", "gone");
    await fetch(`${first.url}/v1/services/t/endpoints/gone`, { method: "DELETE" });
    await fetch(`${first.url}/_gorpc_/registry`, {
      method: "POST",
      headers: { "x-gorpc-server": "http@h:80" },
    });
    await first.server.close();
    const { url, warn } = await start();
    const [classic, s, ...others] = await overview(url);
    expect(others).toEqual([]);
    expect(classic).toMatchObject({ name: "gorpc", endpoints: [{ id: "http@h:80", path: "/_goprc_" }] });
    expect(s?.endpoints.map(({ id }) => id)).toEqual(["long", "short"]);
    for (const { ttl, expiresIn } of s!.endpoints) expect(expiresIn).toBeGreaterThan(ttl - 3_000);
    expect(warn).not.toHaveBeenCalled();
  });

  test("forgets who does not renew, also for the next start", async () => {
    await writeFile(
      path,
      JSON.stringify({ ...good, services: { s: [{ id: "a", address: "tcp://h:1", ttl: 1_000 }] } }),
    );
    const { url, server } = await start();
    const changes = httpRegistry({ url })
      .resolve("s")
      .watch(new AbortController().signal)
      [Symbol.asyncIterator]();
    expect((await changes.next()).value).toMatchObject({ endpoints: [{ id: "a" }] });
    await vi.waitFor(async () => expect(await overview(url)).toEqual([]), { timeout: 15_000, interval: 50 });
    await changes.return?.();
    await server.close();
    expect(await readFile(path, "utf8")).not.toContain("tcp://h:1");
  });

  test("takes what it has room for, and tells", async () => {
    const first = await start();
    for (const id of ["a", "b", "c"]) await put(first.url, "s", id);
    await first.server.close();
    const { url, warn } = await start({ maxEndpoints: 2 });
    expect((await overview(url))[0]?.endpoints).toHaveLength(2);
    expect(warn).toHaveBeenCalledExactlyOnceWith("the registry has no room for its whole snapshot", {
      left: 1,
      error: expect.objectContaining({ message: expect.stringContaining("maxEndpoints") as string }) as Error,
    });
  });

  test("and fails to listen the first time restores once", async () => {
    await writeFile(path, JSON.stringify(good));
    const taken = await start({ snapshotFile: undefined });
    const server = new RegistryServer({ snapshotFile: path });
    cleanups.push(() => server.close());
    await expect(server.listen(taken.url)).rejects.toThrow("EADDRINUSE");
    await writeFile(path, "broken meanwhile");
    expect(await overview(await server.listen())).toMatchObject([{ name: "s" }]);
  });
});

describe("a broken file is put aside, and the registry starts", () => {
  const cases: [string, string, string[]][] = [
    ["nothing", "", []],
    ["half of it", JSON.stringify(good).slice(0, 80), []],
    ["zeroes", "\0".repeat(4_096), []],
    ["something else", '{"name":"package"}', []],
    ["too much", `${JSON.stringify(good)}${" ".repeat(1_100_000)}`, []],
    ["one bad endpoint", JSON.stringify({ ...good, services: { s: [...good.services.s, {}] } }), ["s"]],
  ];
  test.each(cases)("%s", async (_name, text, known) => {
    await writeFile(path, text);
    const { url, server, warn } = await start({ maxTableBytes: 2_000 });
    expect((await overview(url)).map(({ name }) => name)).toEqual(known);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "the registry's snapshot is broken; going on with what can be read of it",
      { file: path, kept: `${path}.broken`, faults: 1, first: expect.any(String) as string },
    );
    expect(await readFile(`${path}.broken`, "utf8")).toBe(text);
    await put(url, "t", "a");
    await server.close();
    const again = await start();
    expect((await overview(again.url)).map(({ name }) => name)).toEqual([...known, "t"]);
    expect(again.warn).not.toHaveBeenCalled();
  });
});

describe("where there can be no file", () => {
  test("listening says so", async () => {
    const missing = new RegistryServer({ snapshotFile: join(folder, "no/registry.json") });
    await expect(missing.listen()).rejects.toThrow(
      `the snapshot file ${join(folder, "no/registry.json")} cannot be used: ENOENT`,
    );
    const directory = new RegistryServer({ snapshotFile: folder });
    await expect(directory.listen()).rejects.toThrow(
      `the snapshot file ${folder} cannot be used: it is no file`,
    );
    await Promise.all([missing.close(), directory.close()]);
    expect(await readdir(folder)).toEqual([]);
  });
});

/** Timers that fire when they are told to. */
class Timers {
  readonly set: { ms: number; run: () => void }[] = [];

  constructor() {
    setTimersOn((ms, run) => {
      const timer = { ms, run };
      this.set.push(timer);
      const handle = {
        cancel: () => void this.set.splice(this.set.indexOf(timer) >>> 0, 1),
        ref: () => handle,
        unref: () => handle,
      };
      return handle;
    });
    cleanups.push(() => setTimersOn());
  }

  fire(): void {
    for (const { run } of this.set.splice(0)) run();
  }
}

describe("writing", () => {
  function made(content: () => string): {
    file: SnapshotFile;
    error: ReturnType<typeof vi.fn>;
    timers: Timers;
  } {
    const error = vi.fn();
    const timers = new Timers();
    const file = new SnapshotFile(path, content, { warn: error, error });
    return { file, error, timers };
  }

  test("waits for what comes with it, and then writes it once", async () => {
    let version = 0;
    const content = vi.fn(() => `${version}`);
    const { file, timers } = made(content);
    file.start();
    expect(timers.set).toEqual([]);
    for (version = 1; version < 10; version++) file.changed();
    expect(timers.set.map(({ ms }) => ms)).toEqual([1_000]);
    timers.fire();
    file.changed();
    expect(timers.set).toEqual([]);
    await vi.waitFor(() => expect(timers.set.map(({ ms }) => ms)).toEqual([1_000]), 10_000);
    expect(await readFile(path, "utf8")).toBe("10");
    version = 11;
    await file.close();
    expect(timers.set).toEqual([]);
    expect(await readFile(path, "utf8")).toBe("11");
    expect(content).toHaveBeenCalledTimes(2);
    expect(await readdir(folder)).toEqual(["registry.json"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("what is up to date is not written again, nor by a registry that never listened", async () => {
    const content = vi.fn(() => "x");
    const { file } = made(content);
    file.changed();
    await file.close();
    expect(content).not.toHaveBeenCalled();
    file.start();
    await file.close();
    await file.close();
    expect(content).toHaveBeenCalledOnce();
  });

  test("that fails is tried again, and the logger told once until it succeeds", async () => {
    const { file, error, timers } = made(() => "content");
    file.start();
    await rm(folder, { recursive: true });
    for (let attempt = 0; attempt < 3; attempt++) {
      if (attempt === 0) file.changed();
      timers.fire();
      await vi.waitFor(() => expect(timers.set.map(({ ms }) => ms)).toEqual([10_000]), 10_000);
    }
    expect(error).toHaveBeenCalledExactlyOnceWith("the registry's snapshot cannot be written; trying again", {
      file: path,
      error: expect.objectContaining({ code: "ENOENT" }) as Error,
    });
    await mkdir(folder);
    timers.fire();
    await vi.waitFor(async () => expect(await readFile(path, "utf8")).toBe("content"), 10_000);
    await file.close();
    expect(error).toHaveBeenCalledOnce();
  });
});
