import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpRegistry } from "@gorpc/runtime/registry";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { until } from "../e2e/waiting.ts";
import { freePorts } from "../ports.ts";
import { root } from "../run.ts";

const command = join(root, "runtime/bin/gorpc-registry.js");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-registry-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly out: () => string;
  readonly err: () => string;
}

function type(typed: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [command, ...typed], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return { child, out: () => out, err: () => err };
}

/** How it ended. */
async function ended({ child }: Running): Promise<number | string> {
  await once(child, "close");
  return child.exitCode ?? child.signalCode!;
}

/** Types a command that goes on, and waits until it says where it listens. */
async function serve(typed: readonly string[], env?: NodeJS.ProcessEnv): Promise<Running & { url: string }> {
  const running = type(["--port", "0", ...typed], env);
  const end = ended(running).then((how) => {
    throw new Error(`it ended with ${how}: ${running.err()}`);
  });
  end.catch(() => {});
  await Promise.race([end, until(() => running.out().includes("\n"))]);
  const [, url] = /^registry at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(running.out()) ?? [];
  expect(url, running.out()).toBeDefined();
  return { ...running, url: url! };
}

const endpoint = { id: "a", address: "tcp://h:1" };

describe("gorpc-registry", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "serves until %s, and ends well with a watch open",
    async (signal) => {
      const running = await serve([]);
      const registry = httpRegistry({ url: running.url });
      const controller = new AbortController();
      onTestFinished(() => controller.abort());
      const changes = registry.resolve("s").watch(controller.signal)[Symbol.asyncIterator]();
      expect((await changes.next()).value).toEqual({ kind: "snapshot", endpoints: [] });
      const lease = await registry.register({ name: "s", endpoint });
      expect((await changes.next()).value).toEqual({ kind: "insert", endpoint });
      await lease.withdraw();
      const end = ended(running);
      running.child.kill(signal);
      expect(await end).toBe(0);
      expect(running.err()).toBe("");
    },
  );

  test("killed and started again with its snapshot, knows whom it knew", async () => {
    const file = join(folder, "killed.json");
    const first = await serve(["--snapshot", file]);
    const body = JSON.stringify({ address: "tcp://h:1", ttl: 60_000 });
    await fetch(`${first.url}/v1/services/s/endpoints/a`, { method: "PUT", body });
    await until(async () => (await readFile(file, "utf8").catch(() => "")).includes("tcp://h:1"));
    first.child.kill("SIGKILL");
    const second = await serve(["--snapshot", file]);
    expect(await (await fetch(second.url)).json()).toMatchObject({
      services: [{ name: "s", endpoints: [{ id: "a", address: "tcp://h:1" }] }],
    });
    expect(second.err()).toBe("");
  });

  test("writes its snapshot when it is told to end", async () => {
    const file = join(folder, "ended.json");
    const running = await serve(["--snapshot", file]);
    const body = JSON.stringify({ address: "tcp://h:1", ttl: 60_000 });
    await fetch(`${running.url}/v1/services/s/endpoints/a`, { method: "PUT", body });
    const end = ended(running);
    running.child.kill("SIGTERM");
    expect(await end).toBe(0);
    expect(await readFile(file, "utf8")).toContain('{"id":"a","address":"tcp://h:1","ttl":60000}');
  });

  test("starts with a snapshot that is broken, and says so", async () => {
    const file = join(folder, "broken.json");
    await writeFile(file, "{");
    const running = await serve(["--snapshot", file]);
    await until(() => running.err().includes("\n"));
    expect(running.err()).toMatch(
      /^gorpc-registry: warning: the registry's snapshot is broken; going on with what can be read of it \(file: \S+broken\.json, kept: \S+broken\.json\.broken, faults: 1, first: it is not JSON: .*\)\n$/,
    );
  });

  test("asks for a token, which the environment has", async () => {
    const { url } = await serve([], { GORPC_REGISTRY_TOKEN: "secret" });
    expect((await fetch(url)).status).toBe(401);
    const registry = httpRegistry({ url, token: "secret" });
    const lease = await registry.register({ name: "s", endpoint });
    await lease.withdraw();
  });

  test("keeps to the limits that are typed", async () => {
    const { url } = await serve(["--min-ttl", "60000"]);
    await expect(httpRegistry({ url }).register({ name: "s", endpoint })).rejects.toThrow(
      "ttl is 10000 ms: the least is 60000 (option minTtl of the registry)",
    );
  });

  test("goes on when nobody reads what it prints", async () => {
    const port = String((await freePorts(1))[0]);
    const running = type(["--port", port, "--host", "0.0.0.0"]);
    running.child.stdout!.destroy();
    running.child.stderr!.destroy();
    const answers = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(async () => running.child.exitCode !== null || (await answers()));
    const end = once(running.child, "exit");
    running.child.kill("SIGTERM");
    expect(await end).toEqual([0, null]);
  });

  test("warns where it listens for everybody without a token", async () => {
    const open = type(["--port", "0", "--host", "0.0.0.0"]);
    await until(() => open.err().includes("\n"));
    expect(open.err()).toBe(
      "gorpc-registry: warning: whoever reaches it can register; a token keeps others out\n",
    );
    open.child.kill("SIGKILL");
  });

  test("says why it cannot listen", async () => {
    const { url } = await serve([]);
    const second = type(["--port", new URL(url).port]);
    expect(await ended(second)).toBe(1);
    expect(second.err()).toMatch(
      /^gorpc-registry: cannot listen at http:\/\/127\.0\.0\.1:\d+: another server listens there .*\(EADDRINUSE\)\n$/,
    );
    const nowhere = type(["--port", "0", "--snapshot", join(folder, "no/file.json")]);
    expect(await ended(nowhere)).toBe(1);
    expect(nowhere.err()).toMatch(/: the snapshot file \S+ cannot be used: ENOENT: /);
  });

  test.each([
    [["--prot", "1"], "Unknown option '--prot'. Try gorpc-registry --help."],
    [
      ["--min-ttl", "0"],
      "--min-ttl is 0: it takes an integer from 1 to 2147483647. Try gorpc-registry --help.",
    ],
    [
      ["--token", "a b"],
      "token takes 1 to 1024 visible ASCII characters without a space. Try gorpc-registry --help.",
    ],
  ])("refuses %j", async (typed, message) => {
    const refused = type(typed);
    expect(await ended(refused)).toBe(2);
    expect(refused.err()).toBe(`gorpc-registry: ${message}\n`);
    expect(refused.out()).toBe("");
  });

  test("prints its help and its version", async () => {
    const [help, version] = [type(["--help"]), type(["-v"])];
    expect(await Promise.all([ended(help), ended(version)])).toEqual([0, 0]);
    expect(help.out()).toMatch(/^Usage: gorpc-registry \[options\]\n/);
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
