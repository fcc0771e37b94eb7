import { setTimeout as sleep } from "node:timers/promises";
import { build } from "../build.ts";
import { type PeerName, peers } from "../calls/peers.ts";
import { type MeasuredProcess, withPair } from "../measured-process.ts";
import type { HeldReply, MemoryCommand } from "./process.ts";

export interface Plan {
  readonly connections: number;
  /** With the first hundred, no more than a connection takes by default. */
  readonly calls: number;
  /** How long connections have carried nothing when they are measured as idle, in ms. */
  readonly silence: number;
}

export const plans = {
  full: { connections: 2_000, calls: 9_000, silence: 12_000 },
  quick: { connections: 500, calls: 5_000, silence: 12_000 },
} as const satisfies Record<string, Plan>;

/** In bytes, on the heap and in buffers; `resident`: in the process's memory. */
export interface MemoryRow {
  readonly peer: PeerName | typeof bareSocket;
  /** On the server, each, once all have been silent for a while. */
  readonly idleConnection: number;
  readonly idleConnectionResident: number;
  /** The same right after the last call. */
  readonly usedConnection: number;
  /** Each; undefined where the peer answers one call after another. */
  readonly callOnClient: number | undefined;
  readonly callOnServer: number | undefined;
}

export interface MemoryReport {
  readonly plan: Plan;
  readonly rows: readonly MemoryRow[];
}

/** What each connection takes in any case. */
const bareSocket = "a bare socket";

/** Longest wait for what one peer is asked to do, in ms. */
const patience = 120_000;

export async function run(names: readonly PeerName[], plan: Plan): Promise<MemoryReport> {
  const script = await build(
    "memory",
    names.flatMap((name) => [`${name}/server`, `${name}/client`]),
    "calls/peers",
  );
  const program = [process.execPath, script];
  const socket = await withPair("-", program, (server, client) => measureConnections(server, client, plan));
  const rows: MemoryRow[] = [
    { peer: bareSocket, ...socket, callOnClient: undefined, callOnServer: undefined },
  ];
  for (const peer of names) {
    process.stderr.write(`memory: ${peer}\n`);
    const idle = await withPair(peer, program, (server, client) => measureConnections(server, client, plan));
    const calls =
      peers[peer].inOrder === true
        ? { callOnClient: undefined, callOnServer: undefined }
        : await withPair(peer, program, (server, client) => measureCalls(server, client, plan.calls));
    rows.push({ peer, ...idle, ...calls });
  }
  return { plan, rows };
}

function ask(process: MeasuredProcess, command: MemoryCommand): Promise<HeldReply> {
  return process.ask<HeldReply>(command, "held", patience);
}

async function measureConnections(
  server: MeasuredProcess,
  client: MeasuredProcess,
  { connections: count, silence }: Plan,
): Promise<Omit<MemoryRow, "peer" | "callOnClient" | "callOnServer">> {
  // The first ones bring what all of them share.
  await ask(client, { do: "connect", count: 50 });
  const before = await ask(server, { do: "held" });
  await ask(client, { do: "connect", count });
  const used = await ask(server, { do: "held" });
  await sleep(silence);
  const after = await ask(server, { do: "held" });
  return {
    idleConnection: (after.bytes - before.bytes) / count,
    idleConnectionResident: (after.resident - before.resident) / count,
    usedConnection: (used.bytes - before.bytes) / count,
  };
}

async function measureCalls(
  server: MeasuredProcess,
  client: MeasuredProcess,
  count: number,
): Promise<Pick<MemoryRow, "callOnClient" | "callOnServer">> {
  await inFlight(server, client, 100, 100);
  const before = [await ask(client, { do: "held" }), await ask(server, { do: "held" })] as const;
  await inFlight(server, client, count, 100 + count);
  const after = [await ask(client, { do: "held" }), await ask(server, { do: "held" })] as const;
  return {
    callOnClient: (after[0].bytes - before[0].bytes) / count,
    callOnServer: (after[1].bytes - before[1].bytes) / count,
  };
}

/** Makes `more` calls that are not answered, and waits until the server has `all` of them. */
async function inFlight(
  server: MeasuredProcess,
  client: MeasuredProcess,
  more: number,
  all: number,
): Promise<void> {
  await ask(client, { do: "call", count: more });
  const end = performance.now() + patience;
  for (;;) {
    const { calls } = await ask(server, { do: "held" });
    if (calls === all) return;
    if (performance.now() > end)
      throw new Error(`the server has ${calls} of ${all} calls after ${patience} ms`);
    await sleep(20);
  }
}
