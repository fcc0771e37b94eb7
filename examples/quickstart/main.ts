// The whole of it on one screen: `npm run quickstart`.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { heading, say } from "./show.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const generator = fileURLToPath(new URL("../../generator/bin/gorpc-gen.js", import.meta.url));
const running = new Set<ChildProcess>();

function start(output: "pipe" | "inherit", file: string, ...options: string[]): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", file, ...options], {
    cwd: here,
    stdio: ["ignore", output, "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** The first line that a process prints, which is where it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  const line = once(createInterface(child.stdout!), "line") as Promise<[string]>;
  const exit = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnargs.slice(3).join(" ")} ended with ${code} before it listened`);
  });
  const [address] = await Promise.race([line, exit]);
  return address;
}

/** Waits for the end of a process. @throws Error unless it ends well */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  if (child.exitCode === 0) return;
  throw new Error(`${child.spawnargs.slice(3).join(" ")} ended with ${child.exitCode ?? child.signalCode}`);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await ended(child);
}

async function show(): Promise<void> {
  heading("A schema becomes TypeScript");
  say("$ gorpc-gen orders.gorpc");
  const generated = spawnSync(process.execPath, [generator, "orders.gorpc"], { cwd: here, encoding: "utf8" });
  for (const line of (generated.stdout + generated.stderr).trim().split("\n")) say(line);
  if (generated.status !== 0) throw new Error("the generator failed");

  heading("A registry, three servers and a client, each a process of its own");
  const registry = start("pipe", "registry.ts");
  const url = await addressOf(registry);
  say(`registry  ${url}  process ${registry.pid}`);
  const servers = ["a", "b", "c"].map((name) => start("pipe", "server.ts", name, url));
  const addresses = await Promise.all(servers.map(addressOf));
  for (const [i, { pid }] of servers.entries()) say(`server ${"abc"[i]}  ${addresses[i]}  process ${pid}`);
  const client = start("inherit", "client.ts", url);
  say(`client    process ${client.pid}`);
  await ended(client);

  heading("The end");
  const alive = servers.filter(({ signalCode }) => signalCode === null);
  await Promise.all(alive.map(stop));
  say(`${alive.length} servers withdrew from the registry, finished their calls and exited with 0`);
  await stop(registry);
  say("the registry exited with 0");
}

/** Whatever happens, nothing is left running. */
async function killAll(): Promise<void> {
  const ends = [...running].map((child) => once(child, "exit"));
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(ends);
}

let interrupted = false;

async function interrupt(): Promise<void> {
  interrupted = true;
  await killAll();
  process.exit(130);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void interrupt());
try {
  await show();
} catch (error) {
  if (!interrupted) console.error(error);
  process.exitCode = 1;
} finally {
  await killAll();
}
