import type { ChildProcess } from "node:child_process";
import { nextMessage, stop } from "../../children.ts";
import type { Load } from "./load.ts";
import type { Command, Reply } from "./process.ts";

/** Longest wait for an answer beyond the time that a run itself takes. */
const patience = 15_000;

/** The parent's hold on a process of `process.ts`. */
export class MeasuredProcess {
  readonly #name: string;
  readonly #child: ChildProcess;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
  }

  /** The next reply, which must be of the given kind. */
  async next<Kind extends Reply["kind"]>(
    kind: Kind,
    timeout = patience,
  ): Promise<Extract<Reply, { kind: Kind }>> {
    const reply = (await nextMessage(this.#child, this.#name, timeout)) as Reply;
    if (reply.kind !== kind) throw new Error(`${this.#name} answered "${reply.kind}" instead of "${kind}"`);
    return reply as Extract<Reply, { kind: Kind }>;
  }

  /** The processor time that it has spent, in microseconds. */
  async usage(): Promise<number> {
    this.#send("usage");
    return (await this.next("usage")).microseconds;
  }

  load(inFlight: number, milliseconds: number): Promise<Load> {
    this.#send({ inFlight, milliseconds });
    return this.next("load", milliseconds + patience);
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }

  #send(command: Command): void {
    this.#child.send(command);
  }
}
