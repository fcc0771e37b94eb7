import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nextMessage, startNode, stop } from "../children.ts";
import type { Command, Reply, Rest, Settings } from "./process.ts";
import type { RegistryKind } from "./registry.ts";
import { Wire } from "./wire.ts";

/** Longest wait for a process to start, to rest or to end, in ms: longer than any call may take. */
const patience = 60_000;

/** What every process of a fleet shares. */
export interface Base {
  readonly script: string;
  readonly seed: string;
  readonly folder: string;
  readonly kind: RegistryKind;
  readonly registry: string;
  readonly atOnce: number;
}

/** A place for one server or caller at a time: when it is gone, a successor takes its place. */
export abstract class Slot {
  protected readonly base: Base;
  protected readonly label: string;
  /** Every file that a process of this place wrote. */
  readonly files: string[] = [];
  /** Where each wrote when it stood still. */
  readonly stallsFiles: string[] = [];
  protected child: ChildProcess | undefined;

  constructor(base: Base, label: string) {
    this.base = base;
    this.label = label;
  }

  abstract start(): Promise<void>;

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) await stop(child);
  }

  freeze(): void {
    this.child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  /** What the process holds at rest. */
  async rest(): Promise<Rest> {
    tell(this.child!, "rest");
    return this.next(this.child!, "rest");
  }

  /** Starts a process, which says when it is there. */
  protected async launch<Kind extends Reply["kind"]>(
    role: "server" | "caller",
    address: string,
    ready: Kind,
  ): Promise<{ readonly child: ChildProcess; readonly reply: Extract<Reply, { kind: Kind }> }> {
    const { script, seed, folder, kind, registry, atOnce } = this.base;
    const name = `${this.label}.${this.files.length}`;
    const file = join(folder, name);
    const stallsFile = `${file}.stalls`;
    this.files.push(file);
    this.stallsFiles.push(stallsFile);
    const settings: Settings = { name, seed, file, stallsFile, kind, registry, address, slot: name, atOnce };
    const child = startNode(script, [role, JSON.stringify(settings)]);
    return { child, reply: await this.next(child, ready) };
  }

  protected async next<Kind extends Reply["kind"]>(
    child: ChildProcess,
    kind: Kind,
  ): Promise<Extract<Reply, { kind: Kind }>> {
    const reply = (await nextMessage(child, this.label, patience)) as Reply;
    if (reply.kind !== kind) throw new Error(`${this.label} said "${reply.kind}" instead of "${kind}"`);
    return reply as Extract<Reply, { kind: Kind }>;
  }
}

export class CallerSlot extends Slot {
  async start(): Promise<void> {
    this.child = (await this.launch("caller", "", "calling")).child;
  }
}

export class ServerSlot extends Slot {
  /** The network in front of it; a successor of a killed server is reached by the same address. */
  wire: Wire | undefined;

  async start(): Promise<void> {
    const wire = (this.wire ??= await Wire.listen());
    const { child, reply } = await this.launch("server", wire.address, "listening");
    wire.leadTo(reply.port);
    this.child = child;
  }

  override async kill(): Promise<void> {
    await super.kill();
    this.wire?.leadTo(undefined);
  }

  /** Starts a successor at an address of its own, then lets the server finish what it has. */
  async restart(): Promise<void> {
    const { child, wire } = this;
    this.wire = undefined;
    await this.start();
    await drain(child!);
    await wire!.close();
  }

  /** Ends it for good, gracefully. */
  async end(): Promise<void> {
    await drain(this.child!);
    await this.wire!.close();
  }
}

function tell(child: ChildProcess, command: Command): void {
  child.send(command);
}

/** @throws Error unless the process ends by itself, and well */
async function drain(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit", { signal: AbortSignal.timeout(patience) });
  tell(child, "drain");
  const [code, signal] = (await exit) as [number | null, string | null];
  if (code !== 0) throw new Error(`a server that drained ended with ${code ?? signal}`);
}
