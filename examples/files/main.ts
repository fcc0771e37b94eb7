// The whole of it on one screen: `npm run files`.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressOf, ended, Processes, stop } from "../processes.ts";
import { heading, say } from "../show.ts";

const processes = new Processes(fileURLToPath(new URL(".", import.meta.url)));
const folder = await mkdtemp(join(tmpdir(), "gorpc-files-"));

await processes.during(async () => {
  heading("A server and a client, each a process of its own");
  const kept = join(folder, "kept");
  const server = processes.start("pipe", "server.ts", kept);
  const address = await addressOf(server);
  say(`server ${address}`);
  await ended(processes.start("inherit", "client.ts", address, join(folder, "work")));

  heading("The end");
  await stop(server);
  say(`the server exited with 0 and keeps ${(await readdir(kept)).join(", ")}`);
});
await rm(folder, { recursive: true, force: true });
