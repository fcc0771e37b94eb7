import { build } from "../build.ts";
import { type MeasuredProcess, pinned, withCpu, withPair } from "../measured-process.ts";
import { median, medianRatio, type Repeated, spread } from "../statistics.ts";
import type { PeerName } from "./peers.ts";
import type { ReceiveCommand, ReceiveReply } from "./process.ts";

/** Of a message, in bytes. */
export const sizes = [100, 64 * 1024] as const;
export type Size = (typeof sizes)[number];

/** How often new processes are measured, in how many rounds, and for how many ms each. */
export interface Plan {
  readonly repetitions: number;
  readonly rounds: number;
  readonly warmUp: number;
  readonly measured: number;
}

export const plans = {
  full: { repetitions: 4, rounds: 4, warmUp: 2_000, measured: 500 },
  quick: { repetitions: 2, rounds: 3, warmUp: 1_000, measured: 300 },
} as const satisfies Record<string, Plan>;

export interface Figures {
  readonly messagesPerSecond: number;
  /** Processor time per message, in microseconds. */
  readonly clientCpu: number;
  readonly serverCpu: number;
}

/** Of one round; `repetition` is the round's number. */
export interface Sample extends Figures, Repeated {
  readonly peer: PeerName;
  readonly size: Size;
}

export interface StreamsRow extends Figures {
  readonly peer: PeerName;
  readonly size: Size;
  /** Of `messagesPerSecond` over all rounds: half the range over the median. */
  readonly spread: number;
  /** Messages/s over those of the other in the same round: the median. Undefined where it did not run. */
  readonly ofSocket: number | undefined;
  readonly ofGrpc: number | undefined;
}

export interface StreamsReport {
  readonly pinned: boolean;
  readonly plan: Plan;
  readonly rows: readonly StreamsRow[];
  readonly samples: readonly Sample[];
}

interface Pair {
  readonly peer: PeerName;
  readonly server: MeasuredProcess;
  readonly client: MeasuredProcess;
}

/**
 * Measures the given peers: in each repetition new processes of all, which are warmed up, then measured in rounds, one right after another,
 * every second time in reverse. What a machine does for seconds it then does to all of a round.
 */
export async function run(names: readonly PeerName[], plan: Plan): Promise<StreamsReport> {
  const script = await build(
    "streams",
    names.flatMap((name) => [`${name}/server`, `${name}/client`]),
  );
  const samples: Sample[] = [];
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    process.stderr.write(`streams: repetition ${repetition} of ${plan.repetitions}\n`);
    const round = (repetition - 1) * plan.rounds;
    samples.push(...(await withPairs(script, names, (pairs) => measureAll(pairs, round, plan))));
  }
  const rows = sizes.flatMap((size) => names.map((peer) => summary(peer, size, samples)));
  return { pinned, plan, rows, samples };
}

/** A pair of processes of each peer, all stopped at the end of `use`. */
function withPairs<T>(
  script: string,
  [peer, ...others]: readonly PeerName[],
  use: (pairs: readonly Pair[]) => Promise<T>,
): Promise<T> {
  if (peer === undefined) return use([]);
  return withPair(peer, [process.execPath, script], (server, client) =>
    withPairs(script, others, (pairs) => use([{ peer, server, client }, ...pairs])),
  );
}

async function measureAll(pairs: readonly Pair[], before: number, plan: Plan): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const size of sizes) {
    for (const { client } of pairs) await receive(client, size, plan.warmUp);
    for (let round = 1; round <= plan.rounds; round++) {
      const order = round % 2 === 1 ? pairs : [...pairs].reverse();
      for (const pair of order) samples.push(await measure(pair, size, before + round, plan.measured));
    }
  }
  return samples;
}

async function measure(pair: Pair, size: Size, round: number, milliseconds: number): Promise<Sample> {
  const { peer, server, client } = pair;
  const { result, serverCpu, clientCpu } = await withCpu(server, client, () =>
    receive(client, size, milliseconds),
  );
  const { messages, seconds } = result;
  return {
    ...{ repetition: round, peer, size },
    messagesPerSecond: messages / seconds,
    serverCpu: serverCpu / messages,
    clientCpu: clientCpu / messages,
  };
}

function receive(client: MeasuredProcess, bytes: number, milliseconds: number): Promise<ReceiveReply> {
  const command: ReceiveCommand = { do: "receive", bytes, milliseconds };
  return client.ask(command, "received", milliseconds);
}

function summary(peer: PeerName, size: Size, all: readonly Sample[]): StreamsRow {
  const samplesOf = (name: PeerName): Sample[] =>
    all.filter((sample) => sample.peer === name && sample.size === size);
  const samples = samplesOf(peer);
  const of = (figure: keyof Figures): number => median(samples.map((sample) => sample[figure]));
  const over = (other: PeerName): number | undefined =>
    medianRatio(samples, samplesOf(other), ({ messagesPerSecond }) => messagesPerSecond);
  return {
    ...{ peer, size },
    messagesPerSecond: of("messagesPerSecond"),
    clientCpu: of("clientCpu"),
    serverCpu: of("serverCpu"),
    spread: spread(samples.map(({ messagesPerSecond }) => messagesPerSecond)),
    ofSocket: over("raw-socket"),
    ofGrpc: over("grpc-js"),
  };
}
