// The whole of it on one screen: `npm run quickstart`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { addressOf, ended, Processes, stop } from "../processes.ts";
import { heading, say } from "../show.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const generator = fileURLToPath(new URL("../../generator/bin/gorpc-gen.js", import.meta.url));
const processes = new Processes(here);

async function show(): Promise<void> {
  heading("A schema becomes TypeScript");
  say("$ gorpc-gen orders.gorpc");
  const generated = spawnSync(process.execPath, [generator, "orders.gorpc"], { cwd: here, encoding: "utf8" });
  for (const line of (generated.stdout + generated.stderr).trim().split("\n")) say(line);
  if (generated.status !== 0) throw new Error("the generator failed");

  heading("A registry, three servers and a client, each a process of its own");
  const registry = processes.start("pipe", "registry.ts");
  const url = await addressOf(registry);
  say(`registry  ${url}  process ${registry.pid}`);
  const servers = ["a", "b", "c"].map((name) => processes.start("pipe", "server.ts", name, url));
  const addresses = await Promise.all(servers.map(addressOf));
  for (const [i, { pid }] of servers.entries()) say(`server ${"abc"[i]}  ${addresses[i]}  process ${pid}`);
  const client = processes.start("inherit", "client.ts", url);
  say(`client    process ${client.pid}`);
  await ended(client);

  heading("The end");
  const alive = servers.filter(({ signalCode }) => signalCode === null);
  await Promise.all(alive.map(stop));
  say(`${alive.length} servers withdrew from the registry, finished their calls and exited with 0`);
  await stop(registry);
  say("the registry exited with 0");
}

await processes.during(show);
