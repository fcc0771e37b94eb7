import type { ChildProcess } from "node:child_process";
import { cores, nextMessage, startCommand, stop } from "../children.ts";

/** Longest wait for an answer beyond the time that a run itself takes. */
const patience = 60_000;

export type Side = "server" | "client";

/** Whether each side has a core of its own. */
export const pinned = cores.length > 1;

/** What a process is told over its IPC channel; `usage` is asked of every one. */
export interface Command {
  readonly do: string;
}

/** What it answers, and what it says of itself. */
export interface Reply {
  readonly kind: string;
}
/** A server's, once it serves. */
export interface Listening extends Reply {
  readonly kind: "listening";
  readonly address: string;
}
export interface Usage extends Reply {
  readonly kind: "usage";
  /** Processor time so far, user and system. */
  readonly microseconds: number;
}

/** The parent's hold on a process that measures or is measured. */
export class MeasuredProcess {
  readonly #name: string;
  readonly #child: ChildProcess;

  /** Starts it, on its side's core. */
  constructor(peer: string, side: Side, command: readonly string[]) {
    this.#name = `the ${side} of ${peer}`;
    this.#child = startCommand(command, pinned ? cores[side === "server" ? 0 : 1] : undefined);
  }

  /** The next reply, which must be of the given kind. `extra`: ms that it may take beyond the usual. */
  async next<Answer extends Reply>(kind: Answer["kind"], extra = 0): Promise<Answer> {
    const reply = (await nextMessage(this.#child, this.#name, patience + extra)) as Reply;
    if (reply.kind !== kind) throw new Error(`${this.#name} answered "${reply.kind}" instead of "${kind}"`);
    return reply as Answer;
  }

  /** Tells it what to do, and waits for the answer. */
  async ask<Answer extends Reply>(command: Command, kind: Answer["kind"], extra?: number): Promise<Answer> {
    const sent = new Promise<void>((resolve, reject) => {
      this.#child.send(command, (error) => (error === null ? resolve() : reject(error)));
    });
    const [reply] = await Promise.all([this.next<Answer>(kind, extra), sent]);
    return reply;
  }

  /** The processor time that it has spent, in microseconds. */
  async usage(): Promise<number> {
    return (await this.ask<Usage>({ do: "usage" }, "usage")).microseconds;
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }
}

/**
 * A server and a client of it, `<program> server <peer>` and `<program> client <peer> <address>`, both stopped at the end of
 * `use`.
 */
export async function withPair<T>(
  peer: string,
  program: readonly string[],
  use: (server: MeasuredProcess, client: MeasuredProcess) => Promise<T>,
): Promise<T> {
  const server = new MeasuredProcess(peer, "server", [...program, "server", peer]);
  let client: MeasuredProcess | undefined;
  try {
    const { address } = await server.next<Listening>("listening");
    client = new MeasuredProcess(peer, "client", [...program, "client", peer, address]);
    await client.next("connected");
    return await use(server, client);
  } finally {
    await Promise.all([server.stop(), client?.stop()]);
  }
}

/** What `work` took of each process's time, in microseconds, beside what it came to. */
export async function withCpu<T>(
  server: MeasuredProcess,
  client: MeasuredProcess,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly serverCpu: number; readonly clientCpu: number }> {
  const before = [await server.usage(), await client.usage()] as const;
  const result = await work();
  return {
    result,
    serverCpu: (await server.usage()) - before[0],
    clientCpu: (await client.usage()) - before[1],
  };
}
