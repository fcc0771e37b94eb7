import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A peer in Go: its lines as they come. */
export class GoPeer {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ended: Promise<unknown>;
  #onLine: () => void = () => {};
  #isOver = false;

  /** @param program - of `test/interop/go/rpc` */
  constructor(program: string, parameters: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(program, parameters, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on("line", (line) => {
      this.#lines.push(line);
      this.#onLine();
    });
    this.#ended = once(lines, "close").then(() => {
      this.#isOver = true;
      this.#onLine();
    });
    onTestFinished(() => this.kill());
  }

  /** The next line; undefined once there will be none. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
    return this.#lines.shift();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** Of a case that a Go client ran: why it failed, or undefined. */
export type Results = Map<string, string | undefined>;

/** Runs a Go client's cases; `onKilled` must end the server, which has a call by then. */
export async function runGoClient(client: GoPeer): Promise<Results> {
  const results: Results = new Map();
  for (let line = await client.line(); line !== undefined; line = await client.line()) {
    const { case: name, error } = JSON.parse(line) as { case: string; error?: string };
    results.set(name, error);
  }
  return results;
}
