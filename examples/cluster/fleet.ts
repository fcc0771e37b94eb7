import type { ChildProcess } from "node:child_process";
import { addressOf, ended, type Processes } from "../processes.ts";
import type { RegistryKind } from "./options.ts";

/** The servers, and what has become of each. */
export class Fleet {
  /** By name, as the table shows it. */
  readonly states = new Map<string, string>();
  readonly #processes: Processes;
  readonly #kind: RegistryKind;
  readonly #url: string;
  readonly #servers = new Map<string, ChildProcess>();

  constructor(processes: Processes, kind: RegistryKind, url: string) {
    this.#processes = processes;
    this.#kind = kind;
    this.#url = url;
  }

  /** @param takes - ms that a tile takes there */
  async start(name: string, takes = 4): Promise<void> {
    this.states.set(name, "starting");
    const child = this.#processes.start("pipe", "server.ts", name, this.#kind, this.#url, `${takes}`);
    this.#servers.set(name, child);
    await addressOf(child);
    this.states.set(name, takes > 4 ? "serving, slow" : "serving");
  }

  /** Without a word to anybody. */
  kill(name: string): void {
    this.states.set(name, "killed");
    this.#servers.get(name)!.kill("SIGKILL");
    this.#servers.delete(name);
  }

  /** It stays where it is, and answers nobody. */
  pause(name: string): void {
    this.states.set(name, "stopped");
    this.#servers.get(name)!.kill("SIGSTOP");
  }

  resume(name: string): void {
    this.states.set(name, "serving");
    this.#servers.get(name)!.kill("SIGCONT");
  }

  /** Withdraws, finishes what it has, and ends. */
  async drain(name: string): Promise<void> {
    this.states.set(name, "draining");
    const child = this.#servers.get(name)!;
    this.#servers.delete(name);
    child.kill("SIGTERM");
    await ended(child);
    this.states.set(name, "gone");
  }

  async drainAll(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((name) => this.drain(name)));
  }
}
