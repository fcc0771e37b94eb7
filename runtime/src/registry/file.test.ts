import { mkdir, mkdtemp, open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fileResolver, type FileResolverOptions } from "./file.ts";
import type { EndpointChange, Resolver } from "./resolver.ts";

let folder: string;
let path: string;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-file-"));
  path = join(folder, "orders.json");
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await rm(folder, { recursive: true, force: true });
});

function watch(resolver: Resolver): { next: () => Promise<EndpointChange | undefined>; stop: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  cleanups.push(stop);
  const changes = resolver.watch(controller.signal)[Symbol.asyncIterator]();
  return { next: async () => (await changes.next()).value as EndpointChange | undefined, stop };
}

/** As a file should be replaced: readers see the earlier one or the later one. */
async function replace(content: unknown): Promise<void> {
  await writeFile(`${path}.new`, typeof content === "string" ? content : JSON.stringify(content));
  await rename(`${path}.new`, path);
}

/** Never looks by itself within a test: what it sees, it was told. */
const told = { interval: 86_400_000 };
/** Looks again and again. */
const looking = { interval: 1 };

const snapshotOf = (...addresses: string[]): EndpointChange => ({
  kind: "snapshot",
  endpoints: addresses.map((address) => ({ id: address, address })),
});

test("the endpoints of a file, with all that they say", async () => {
  const full = { id: "b", address: "tcp://b:1", weight: 2, zone: "z", metadata: { k: "v" } };
  await replace(["tcp://a:1", full]);
  const resolver = fileResolver(path);
  expect(resolver.target).toBe(path);
  expect(await watch(resolver).next()).toEqual({
    kind: "snapshot",
    endpoints: [{ id: "tcp://a:1", address: "tcp://a:1" }, full],
  });
});

test("a file that is replaced again and again is seen at once, also when nobody is left in it", async () => {
  await replace(["tcp://a:1"]);
  const { next } = watch(fileResolver(path, told));
  expect(await next()).toEqual(snapshotOf("tcp://a:1"));
  for (const list of [["tcp://b:1"], ["tcp://b:1", "tcp://c:1"], [], ["tcp://d:1"]]) {
    const change = next();
    await replace(list);
    expect(await change).toEqual(snapshotOf(...list));
  }
});

test("a file that an editor writes over: half of it is not taken", async () => {
  await writeFile(path, '["tcp://a:1"]');
  const resolver = fileResolver(path, told);
  const { next } = watch(resolver);
  expect(await next()).toEqual(snapshotOf("tcp://a:1"));
  const change = next();
  const file = await open(path, "w");
  await file.write('["tcp://b:1", ');
  await vi.waitFor(() => expect(resolver.lastError?.message).toContain("it is not JSON"), 10_000);
  await file.write('"tcp://c:1"]');
  await file.close();
  expect(await change).toEqual(snapshotOf("tcp://b:1", "tcp://c:1"));
  expect(resolver.lastError).toBeUndefined();
});

test("a file that an editor moves away and writes anew: who was known is kept meanwhile", async () => {
  await writeFile(path, '["tcp://a:1"]');
  const resolver = fileResolver(path, told);
  const { next } = watch(resolver);
  await next();
  const change = next();
  await rename(path, `${path}~`);
  await vi.waitFor(() => expect(resolver.lastError?.message).toContain("ENOENT"), 10_000);
  await writeFile(path, '["tcp://b:1"]');
  expect(await change).toEqual(snapshotOf("tcp://b:1"));
});

test("links are followed, as they are where Kubernetes mounts a ConfigMap", async () => {
  for (const [version, address] of [
    ["1", "tcp://a:1"],
    ["2", "tcp://b:1"],
  ] as const) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "orders.json"), JSON.stringify([address]));
  }
  await symlink("1", join(folder, "..data"));
  await symlink(join("..data", "orders.json"), path);
  const { next } = watch(fileResolver(path, told));
  expect(await next()).toEqual(snapshotOf("tcp://a:1"));
  const change = next();
  await symlink("2", join(folder, "..new"));
  await rename(join(folder, "..new"), join(folder, "..data"));
  expect(await change).toEqual(snapshotOf("tcp://b:1"));
});

const broken: [string, string, FileResolverOptions, string][] = [
  ["no JSON", "[", {}, "it is not JSON: "],
  ["nothing", "", {}, "it is not JSON: "],
  ["no list", "{}", {}, "the list is an object: it takes a list"],
  ["an endpoint without an address", "[{}]", {}, "endpoints[0].id is missing"],
  ["what is no endpoint", "[7]", {}, "endpoints[0] is 7: it takes an object"],
  ["an endpoint twice", '["tcp://a:1", "tcp://a:1"]', {}, "the file was given tcp://a:1 twice"],
  ["more than it takes", '["tcp://a:1", "tcp://b:1"]', { maxEndpoints: 1 }, "at most 1 are taken"],
  ["more bytes", " ".repeat(1_025), { maxSnapshotBytes: 1_024 }, "it has 1025 bytes: at most 1024 are taken"],
];

test.each(broken)(
  "with %s in it, the last good one is kept, and reported once",
  async (_what, text, bounds, message) => {
    await replace(["tcp://a:1"]);
    const warn = vi.fn();
    const resolver = fileResolver(path, { ...looking, ...bounds, logger: { warn, error: warn } });
    const { next } = watch(resolver);
    expect(await next()).toEqual(snapshotOf("tcp://a:1"));
    const change = next();
    await replace(text);
    await vi.waitFor(() => expect(resolver.lastError?.message).toContain(`${path} cannot be used: `), 10_000);
    expect(resolver.lastError?.message).toContain(message);
    await replace(`${text} `);
    await replace(["tcp://b:1"]);
    expect(await change).toEqual(snapshotOf("tcp://b:1"));
    expect(resolver.lastError).toBeUndefined();
    expect(warn).toHaveBeenCalledExactlyOnceWith("a file of endpoints cannot be used", {
      error: expect.objectContaining({ message: expect.stringContaining(message) as string }) as Error,
    });
  },
);

test("it may be written later, folder and all, and go away", async () => {
  await rm(folder, { recursive: true });
  const resolver = fileResolver(path, looking);
  const { next } = watch(resolver);
  let change = next();
  await vi.waitFor(() => expect(resolver.lastError?.message).toContain("ENOENT"), 10_000);
  await mkdir(folder);
  await replace(["tcp://a:1"]);
  expect(await change).toEqual(snapshotOf("tcp://a:1"));
  change = next();
  await rm(folder, { recursive: true });
  await vi.waitFor(() => expect(resolver.lastError?.message).toContain("ENOENT"), 10_000);
  await mkdir(folder);
  await replace(["tcp://b:1"]);
  expect(await change).toEqual(snapshotOf("tcp://b:1"));
});

test("a folder in its place is no file", async () => {
  await mkdir(path);
  const resolver = fileResolver(path, looking);
  const { next, stop } = watch(resolver);
  const pending = next();
  await vi.waitFor(
    () => expect(resolver.lastError?.message).toBe(`${path} cannot be used: it is no file`),
    10_000,
  );
  stop();
  expect(await pending).toBeUndefined();
});

test("a watch that is over leaves nothing behind, also where nobody takes its changes any more", async () => {
  await replace(["tcp://a:1"]);
  const { next, stop } = watch(fileResolver(path));
  const left = watch(fileResolver(path));
  await left.next();
  left.stop();
  await next();
  const pending = next();
  stop();
  expect(await pending).toBeUndefined();
  // The system takes a turn to close it.
  await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain("FSEventWrap"), 10_000);
});
