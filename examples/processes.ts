import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What an example starts: programs of its own folder, of which none is left behind. */
export class Processes {
  readonly #folder: string;
  readonly #running = new Set<ChildProcess>();
  #interrupted = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a TypeScript file. Its input and output are pipes, or this process's own. */
  start(output: "pipe" | "inherit", file: string, ...options: string[]): ChildProcess {
    return this.startProgram(output, process.execPath, "--import", "tsx", file, ...options);
  }

  /** Starts any program. Of one whose output is ignored the errors are shown all the same. */
  startProgram(output: "pipe" | "inherit" | "ignore", command: string, ...options: string[]): ChildProcess {
    const child = spawn(command, options, {
      cwd: this.#folder,
      stdio: [output === "pipe" ? "pipe" : "ignore", output, "inherit"],
    });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return child;
  }

  /** Runs what an example shows; whatever happens, nothing is left running. */
  async during(show: () => Promise<void>): Promise<void> {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void this.#interrupt());
    try {
      await show();
    } catch (error) {
      if (!this.#interrupted) console.error(error);
      process.exitCode = 1;
    } finally {
      await this.#killAll();
    }
  }

  async #interrupt(): Promise<void> {
    this.#interrupted = true;
    await this.#killAll();
    process.exit(130);
  }

  async #killAll(): Promise<void> {
    const ends = [...this.#running].map((child) => once(child, "exit"));
    for (const child of this.#running) child.kill("SIGKILL");
    await Promise.all(ends);
  }
}

/** The first line that a process prints, which is where it listens. */
export async function addressOf(child: ChildProcess): Promise<string> {
  const line = once(createInterface(child.stdout!), "line") as Promise<[string]>;
  const exit = once(child, "exit").then(([code]) => {
    throw new Error(`${nameOf(child)} ended with ${code} before it listened`);
  });
  const [address] = await Promise.race([line, exit]);
  return address;
}

/** Waits for the end of a process. @throws Error unless it ends well */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  if (child.exitCode === 0) return;
  throw new Error(`${nameOf(child)} ended with ${child.exitCode ?? child.signalCode}`);
}

export async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await ended(child);
}

function nameOf({ spawnargs: [command = "", ...options] }: ChildProcess): string {
  return (command === process.execPath ? options.slice(2) : [command, ...options]).join(" ");
}
