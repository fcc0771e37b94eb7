import type { ChildProcess } from "node:child_process";
import { bundle } from "../bundle.ts";
import { nextMessage, startNode, stop } from "../children.ts";
import type { Command, Served, Usage } from "./process.ts";

/** Longest wait for an answer beyond the time that was asked for, in ms. */
const patience = 60_000;

type Role = "server" | "crowd" | "steady" | "attacker";

/** A process that does as it is told. */
export class Child {
  readonly #role: Role;
  readonly #child: ChildProcess;
  /** A server's: where it listens. */
  readonly address: string;

  private constructor(role: Role, child: ChildProcess, address: string) {
    this.#role = role;
    this.#child = child;
    this.address = address;
  }

  static async start(script: string, role: Role, address = ""): Promise<Child> {
    const child = startNode(script, [role, address]);
    return new Child(role, child, (await nextMessage(child, role, patience)) as string);
  }

  async tell(command: Command): Promise<unknown> {
    this.#child.send(command);
    const time = patience + ("ms" in command ? command.ms : 0);
    const answer = (await nextMessage(this.#child, this.#role, time)) as { result?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(`${this.#role}: ${answer.error}`);
    return answer.result;
  }

  usage(): Promise<Usage> {
    return this.tell({ do: "usage" }) as Promise<Usage>;
  }

  serve(command: Extract<Command, { do: "open" | "call" | "steady" }>): Promise<Served> {
    return this.tell(command) as Promise<Served>;
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }
}

/** A server, and what is to call it; all are gone when the work is done. */
export async function withServer<T>(
  work: (server: Child, start: (role: Role) => Promise<Child>) => Promise<T>,
): Promise<T> {
  const script = await bundle(new URL("process.ts", import.meta.url), "load");
  const children: Child[] = [];
  const start = async (role: Role, address?: string): Promise<Child> => {
    const child = await Child.start(script, role, address);
    children.push(child);
    return child;
  };
  try {
    const server = await start("server");
    return await work(server, (role) => start(role, server.address));
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/**
 * Waits, for some seconds at most, until a server has no more than so many connections, and holds no more than so many bytes: handlers
 * of calls whose connections are gone may still run. Tells what it uses then.
 */
export async function settled(server: Child, connections: number, held = Infinity): Promise<Usage> {
  for (let i = 0; i < 100; i++) {
    const usage = await server.usage();
    if (usage.connections <= connections && usage.held <= held) return usage;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server.usage();
}
