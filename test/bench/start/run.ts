import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { build } from "../build.ts";
import type { PeerName } from "../calls/peers.ts";
import { buildCalls } from "../calls/run.ts";
import { cores } from "../../children.ts";
import { type Listening, MeasuredProcess, pinned } from "../measured-process.ts";
import { median, spread } from "../statistics.ts";

/** How often, after how many rounds that do not count. */
export interface Plan {
  readonly repetitions: number;
  readonly warmUp: number;
}

export const plans = {
  full: { repetitions: 31, warmUp: 3 },
  quick: { repetitions: 7, warmUp: 2 },
} as const satisfies Record<string, Plan>;

/** `node -e 0`, which everything is compared with. */
export const bare = "node -e 0";

export interface StartRow {
  readonly peer: PeerName | typeof bare;
  /** From the start of the process to its end, in ms. */
  readonly milliseconds: number;
  /** Of `milliseconds` over the repetitions: half the range over the median. */
  readonly spread: number;
  /** In ms: `milliseconds` less those of the bare process in the same repetition, the median. */
  readonly beyondBare: number;
}

export interface StartReport {
  readonly plan: Plan;
  readonly rows: readonly StartRow[];
}

/** Times processes that make one call, one peer after another, against servers that are there already and warm. */
export async function run(names: readonly PeerName[], plan: Plan): Promise<StartReport> {
  const server = await buildCalls(names);
  const clients = names.map((name) => `${name}/client`);
  const script = await build("start", clients, "calls/peers");
  const servers = names.map(
    (peer) => new MeasuredProcess(peer, "server", [process.execPath, server, "server", peer]),
  );
  try {
    const listening = await Promise.all(servers.map((process) => process.next<Listening>("listening")));
    const calls = listening.map(({ address }, index) => [script, names[index]!, address]);
    const commands: (readonly string[])[] = [["-e", "0"], ...calls];
    // What is on disk is in memory from the second time on, and the servers have compiled what they need.
    for (let round = 0; round < plan.warmUp; round++) for (const command of commands) await time(command);
    const times: number[][] = [];
    for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
      const round: number[] = [];
      for (const command of commands) round.push(await time(command));
      times.push(round);
    }
    return {
      plan,
      rows: [bare, ...names].map((peer, column) => summary(peer as StartRow["peer"], column, times)),
    };
  } finally {
    await Promise.all(servers.map((process) => process.stop()));
  }
}

/** From the start of a process to its end, in ms. @throws Error where it fails */
async function time(command: readonly string[]): Promise<number> {
  const prefix = pinned ? ["taskset", "-c", String(cores[1])] : [];
  const [program, ...rest] = [...prefix, process.execPath, ...command];
  const start = performance.now();
  const child: ChildProcess = spawn(program!, rest, {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 30_000,
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  const milliseconds = performance.now() - start;
  if (code !== 0) throw new Error(`node ${command.join(" ")} ended with ${code ?? signal}`);
  return milliseconds;
}

function summary(peer: StartRow["peer"], column: number, times: readonly (readonly number[])[]): StartRow {
  const own = times.map((round) => round[column]!);
  return {
    peer,
    milliseconds: median(own),
    spread: spread(own),
    beyondBare: median(times.map((round) => round[column]! - round[0]!)),
  };
}
