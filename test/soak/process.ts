/**
 * A process of the soak: `node soak.js server|caller <settings as JSON>`. Told what to do over the IPC channel, and gone when that
 * closes.
 */
import { connect, Server } from "@gorpc/runtime";
import { handles, heldBytes } from "../hostile/memory.ts";
import { Caller } from "./caller.ts";
import { soakHandlers } from "./handlers.ts";
import { LineFile } from "./record.ts";
import { registryAt, type RegistryKind } from "./registry.ts";
import { Soak, SoakClient } from "./soak.gorpc.ts";
import { Stalls } from "./stalls.ts";

/** What a process is given at its start. */
export interface Settings {
  /** Unique in the soak. */
  readonly name: string;
  readonly seed: string;
  /** Where it writes what it does, a line each; and when it stood still. */
  readonly file: string;
  readonly stallsFile: string;
  readonly kind: RegistryKind;
  readonly registry: string;
  /** A server's: where callers reach it. */
  readonly address: string;
  /** A server's: its id in the registry. */
  readonly slot: string;
  /** A caller's: calls at a time. */
  readonly atOnce: number;
}

/** `drain`: a server ends, gracefully. `rest`: does nothing more and tells what is left. */
export type Command = "drain" | "rest";

export type Reply =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "calling" }
  | ({ readonly kind: "rest" } & Rest);

/** What a process at rest holds more than when it began. */
export interface Rest {
  readonly bytes: number;
  /** The highest that its memory ever was, in bytes. */
  readonly peak: number;
  readonly connections: number;
  readonly pending: number;
  readonly handlesBefore: string;
  readonly handles: string;
}

/** In ms: a peer that stands still is found within half of the shortest deadline that counts. */
const keepalive = { keepaliveInterval: 700, keepaliveTimeout: 700 };

function reply(message: Reply): void {
  process.send!(message);
}

/** Sockets, listeners and timers; not the pipes to the parent. */
function handlesNow(): string {
  const counts = Object.entries(handles()).filter(([name]) => !name.startsWith("Pipe"));
  return JSON.stringify(Object.fromEntries(counts.sort()));
}

/** Waits for a reading, for some seconds at most: what it is then is told. */
async function settled<T>(read: () => T, wanted: T): Promise<T> {
  for (let i = 0; i < 200 && read() !== wanted; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  return read();
}

function watchStalls({ stallsFile }: Settings): Stalls {
  const lines = new LineFile(stallsFile);
  return new Stalls((stall) => lines.write(JSON.stringify(stall)));
}

async function serve({ name, file, kind, registry, address, slot }: Settings): Promise<void> {
  const runs = new LineFile(file);
  const server = new Server({ ...keepalive });
  server.register(
    Soak,
    soakHandlers((id) => runs.write(id)),
  );
  const bound = await server.listen("tcp://127.0.0.1:0");
  // From here on the channel to the parent counts as a handle.
  process.on("message", (command: Command) => void (command === "drain" ? drain() : rest()));
  const before = await heldBytes();
  const handlesBefore = handlesNow();
  await server.announce(registryAt(kind, registry), { name: "soak", id: slot, address });
  reply({ kind: "listening", port: Number(new URL(bound).port) });

  async function drain(): Promise<void> {
    await server.close({ drain: 30_000 });
    process.disconnect();
  }

  async function rest(): Promise<void> {
    const connections = await settled(() => server.connections, 0);
    // Its registration is renewed now and then, through a socket that comes and goes.
    const handlesAfter = await settled(handlesNow, handlesBefore);
    reply({
      kind: "rest",
      bytes: (await heldBytes()) - before,
      peak: process.resourceUsage().maxRSS * 1024,
      connections,
      pending: 0,
      handlesBefore: `${name} ${handlesBefore}`,
      handles: `${name} ${handlesAfter}`,
    });
  }
}

async function call({ name, seed, file, kind, registry, atOnce }: Settings, stalls: Stalls): Promise<void> {
  process.on("message", () => void rest());
  const before = await heldBytes();
  const handlesBefore = handlesNow();
  const channel = await connect(registryAt(kind, registry).resolve("soak"), { ...keepalive });
  const outcomes = new LineFile(file);
  const caller = new Caller(new SoakClient(channel), name, seed, outcomes, stalls, atOnce);
  reply({ kind: "calling" });

  async function rest(): Promise<void> {
    await caller.stop();
    await channel.close();
    const handlesAfter = await settled(handlesNow, handlesBefore);
    reply({
      kind: "rest",
      bytes: (await heldBytes()) - before,
      peak: process.resourceUsage().maxRSS * 1024,
      connections: 0,
      pending: caller.pending,
      handlesBefore: `${name} ${handlesBefore}`,
      handles: `${name} ${handlesAfter}`,
    });
  }
}

const [role, json] = process.argv.slice(2);
const settings = JSON.parse(json!) as Settings;
if (role === "caller") process.once("disconnect", () => process.exit());
const stalls = watchStalls(settings);
await (role === "server" ? serve(settings) : call(settings, stalls));
