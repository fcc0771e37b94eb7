import { build } from "../build.ts";
import { type MeasuredProcess, pinned, withCpu, withPair } from "../measured-process.ts";
import { median, medianRatio, type Repeated, spread } from "../statistics.ts";
import type { PeerName } from "./peers.ts";
import type { ReceiveCommand, ReceiveReply } from "./process.ts";

/** Of a message, in bytes. */
export const sizes = [100, 64 * 1024] as const;
export type Size = (typeof sizes)[number];

/** How often, and for how many ms each. */
export interface Plan {
  readonly repetitions: number;
  readonly warmUp: number;
  readonly measured: number;
}

export const plans = {
  full: { repetitions: 5, warmUp: 2_000, measured: 1_000 },
  quick: { repetitions: 2, warmUp: 600, measured: 400 },
} as const satisfies Record<string, Plan>;

export interface Figures {
  readonly messagesPerSecond: number;
  /** Processor time per message, in microseconds. */
  readonly clientCpu: number;
  readonly serverCpu: number;
}

export interface Sample extends Figures, Repeated {
  readonly peer: PeerName;
  readonly size: Size;
}

export interface StreamsRow extends Figures {
  readonly peer: PeerName;
  readonly size: Size;
  /** Of `messagesPerSecond` over the repetitions: half the range over the median. */
  readonly spread: number;
  /** Messages/s over those of the other in the same repetition: the median. Undefined where it did not run. */
  readonly ofSocket: number | undefined;
  readonly ofGrpc: number | undefined;
}

export interface StreamsReport {
  readonly pinned: boolean;
  readonly plan: Plan;
  readonly rows: readonly StreamsRow[];
  readonly samples: readonly Sample[];
}

/** Measures the given peers: in each repetition one after another, each in new processes; every second time in reverse. */
export async function run(names: readonly PeerName[], plan: Plan): Promise<StreamsReport> {
  const script = await build(
    "streams",
    names.flatMap((name) => [`${name}/server`, `${name}/client`]),
  );
  const samples: Sample[] = [];
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    const order = repetition % 2 === 1 ? names : [...names].reverse();
    for (const peer of order) {
      process.stderr.write(`streams: repetition ${repetition} of ${plan.repetitions}, ${peer}\n`);
      samples.push(...(await measurePeer(script, peer, repetition, plan)));
    }
  }
  const rows = sizes.flatMap((size) => names.map((peer) => summary(peer, size, samples)));
  return { pinned, plan, rows, samples };
}

function measurePeer(script: string, peer: PeerName, repetition: number, plan: Plan): Promise<Sample[]> {
  return withPair(peer, [process.execPath, script], async (server, client) => {
    const samples: Sample[] = [];
    for (const size of sizes) {
      await receive(client, size, plan.warmUp);
      const { result, serverCpu, clientCpu } = await withCpu(server, client, () =>
        receive(client, size, plan.measured),
      );
      const { messages, seconds } = result;
      samples.push({
        ...{ repetition, peer, size },
        messagesPerSecond: messages / seconds,
        serverCpu: serverCpu / messages,
        clientCpu: clientCpu / messages,
      });
    }
    return samples;
  });
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
