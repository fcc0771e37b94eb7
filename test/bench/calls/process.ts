/**
 * A measured process: `node process.js server <peer>` or `node process.js client <peer> <port>`, told what to
 * do over the IPC channel and gone when that closes.
 */
import { load, type Load } from "./load.ts";
import type { Echo } from "./peer.ts";
import { peers, type PeerName } from "./peers.ts";

/** Asks for the processor time spent so far, or for a run. */
export type Command = "usage" | { readonly inFlight: number; readonly milliseconds: number };

export type Reply =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "connected" }
  /** In microseconds, user and system. */
  | { readonly kind: "usage"; readonly microseconds: number }
  | ({ readonly kind: "load" } & Load);

function reply(message: Reply): void {
  process.send!(message);
}

function usage(): void {
  const { user, system } = process.cpuUsage();
  reply({ kind: "usage", microseconds: user + system });
}

async function serve(name: PeerName): Promise<void> {
  const peer = await peers[name]();
  reply({ kind: "listening", port: await peer.serve() });
  process.on("message", usage);
}

async function call(name: PeerName, port: number): Promise<void> {
  const peer = await peers[name]();
  const echo: Echo = await peer.connect(port);
  reply({ kind: "connected" });
  process.on("message", (command: Command) => {
    if (command === "usage") usage();
    else
      void load(echo, command.inFlight, command.milliseconds).then((run) => reply({ kind: "load", ...run }));
  });
}

process.on("disconnect", () => process.exit());
const [role, name, port] = process.argv.slice(2);
await (role === "server" ? serve(name as PeerName) : call(name as PeerName, Number(port)));
