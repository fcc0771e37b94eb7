/** Child processes that cannot outlive this one. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

const alive = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  process.on(signal, () => process.exit(128 + number));
}

/** The cores that this process may use; empty where they cannot be told or chosen. */
export const cores: readonly number[] = allowedCores();

function allowedCores(): number[] {
  try {
    const listed = execFileSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8", stdio: "pipe" });
    return listed
      .slice(listed.lastIndexOf(":") + 1)
      .trim()
      .split(",")
      .flatMap((range) => {
        const [first, last] = range.split("-").map(Number) as [number, number?];
        return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
      });
  } catch {
    return [];
  }
}

/** Runs a Node script with an IPC channel, on one core where `core` is given. */
export function startNode(script: string, scriptArguments: readonly string[], core?: number): ChildProcess {
  return startCommand([process.execPath, script, ...scriptArguments], core);
}

/** The same with any program: the channel, a line of JSON for a message, is the file descriptor named in NODE_CHANNEL_FD. */
export function startCommand(command: readonly string[], core?: number): ChildProcess {
  const prefix = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program, ...rest] = [...prefix, ...command];
  return kept(spawn(program!, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
}

/** Runs a Node script with an IPC channel under a command that becomes it, such as `taskset` or `ip netns exec`. */
export function startNodeUnder(
  prefix: readonly string[],
  script: string,
  scriptArguments: readonly string[],
): ChildProcess {
  return startCommand([...prefix, process.execPath, script, ...scriptArguments]);
}

/** Runs a program, with its output in a file. */
export function startProgram(
  command: string,
  programArguments: readonly string[],
  output: string,
): ChildProcess {
  const file = openSync(output, "a");
  try {
    return kept(spawn(command, programArguments, { stdio: ["ignore", file, file] }));
  } finally {
    closeSync(file);
  }
}

function kept(child: ChildProcess): ChildProcess {
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}

/** The next message of a child. Rejects when the child ends or `timeout` ms pass without one. */
export function nextMessage(child: ChildProcess, what: string, timeout: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      act();
    };
    const onMessage = (message: unknown): void => settle(() => resolve(message));
    const onExit = (code: number | null, signal: string | null): void =>
      settle(() => reject(new Error(`${what} ended with ${code ?? signal} before it answered`)));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${what} did not answer within ${timeout} ms`))),
      timeout,
    );
    child.on("message", onMessage).on("exit", onExit);
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
