// The whole of it on one screen: `npm run cluster`.
import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { addressOf, ended, Processes } from "../processes.ts";
import { count, heading, say } from "../show.ts";
import { prepareEtcd } from "./etcd.ts";
import { Fleet } from "./fleet.ts";
import { Load } from "./load.ts";
import { type Options, readOptions, type RegistryKind, usage } from "./options.ts";
import { registryAt } from "./registries.ts";
import { Table } from "./table.ts";

const processes = new Processes(fileURLToPath(new URL(".", import.meta.url)));

/** A registry that can go away and come back at its address. */
interface RunningRegistry {
  readonly url: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Removes what it has left on the disk. */
  remove(): void;
}

async function startRegistry(kind: RegistryKind): Promise<RunningRegistry> {
  const etcd = kind === "etcd" ? await prepareEtcd() : undefined;
  let child: ChildProcess;
  const start = async (address?: string): Promise<string> => {
    if (etcd !== undefined) {
      child = processes.startProgram("ignore", "etcd", ...etcd.options);
      return etcd.url;
    }
    child = processes.start("pipe", "registry.ts", ...(address === undefined ? [] : [address]));
    return addressOf(child);
  };
  const url = await start();
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await ended(child).catch(() => {});
    },
    async restart() {
      await start(url);
    },
    remove: () => etcd !== undefined && rmSync(etcd.folder, { recursive: true, force: true }),
  };
}

/** Shows for a while who gets what. */
async function watch(fleet: Fleet, load: Load, ms: number): Promise<void> {
  const table = new Table();
  const every = 500;
  const end = performance.now() + ms;
  load.look();
  for (let isLast = false; !isLast;) {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, every));
    isLast = performance.now() >= end;
    const seconds = (performance.now() - began) / 1_000;
    const perSecond = new Map([...load.look()].map(([name, calls]) => [name, calls / seconds]));
    table.show(fleet.states, perSecond, isLast);
  }
}

async function show({ registry: kind, servers, seconds }: Options): Promise<void> {
  heading(`A registry (${kind}), ${servers} servers and 24 callers`);
  const registry = await startRegistry(kind);
  try {
    say(`registry ${registry.url}`);
    const fleet = new Fleet(processes, kind, registry.url);
    const names = Array.from({ length: servers }, (_, i) => `s${i + 1}`);
    await Promise.all(names.map((name, i) => fleet.start(name, i === 0 ? 40 : 4)));
    const load = await Load.start(registryAt(kind, registry.url).resolve("tiles"));
    await tell(fleet, load, registry, seconds);
    heading("The end");
    await load.stop();
    await fleet.drainAll();
    const failed = [...load.failures].map(([code, calls]) => `${count(calls)} with ${code}`);
    say(
      `${count(load.drawn)} tiles drawn; calls that failed: ${failed.length === 0 ? "none" : failed.join(", ")}`,
    );
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await registry.kill();
    registry.remove();
  }
}

/** What happens to the cluster while its callers go on. */
async function tell(fleet: Fleet, load: Load, registry: RunningRegistry, seconds: number): Promise<void> {
  const phase = async (what: string, act: () => unknown): Promise<void> => {
    heading(what);
    await act();
    await watch(fleet, load, (seconds * 1_000) / 8);
  };
  await phase("s1 takes ten times as long as the others, and gets less to do", () => {});
  await phase("A new server comes", () => fleet.start("new"));
  await phase("s2 is killed (SIGKILL)", () => fleet.kill("s2"));
  await phase("s3 stands still (SIGSTOP)", () => fleet.pause("s3"));
  await phase("s3 goes on", () => fleet.resume("s3"));
  await phase("s1 withdraws, finishes what it has, and ends (SIGTERM)", () => fleet.drain("s1"));
  await phase("The registry is killed", () => registry.kill());
  await phase("The registry is back; s2 comes again", async () => {
    await registry.restart();
    await fleet.start("s2");
    // The callers ask the registry again after a pause that grows while it is gone.
    await load.drawnBy("s2");
  });
}

let options: Options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exit(2);
}
await processes.during(() => show(options));
