import { type Conditions, nodeFlags, under, undisturbed } from "../conditions.ts";
import { buildGo, type GoProgram } from "../../interop/go.ts";
import { build } from "../build.ts";
import { type MeasuredProcess, pinned, withCpu, withPair } from "../measured-process.ts";
import { median, medianRatio, quantile, type Repeated, spread } from "../statistics.ts";
import { type PeerName, peers } from "./peers.ts";
import type { LoadCommand, LoadReply } from "./process.ts";

export const inFlights = [1, 64, 512] as const;
export type InFlight = (typeof inFlights)[number];

/** How often, and for how many ms each. */
export interface Plan {
  readonly repetitions: number;
  readonly warmUp: number;
  readonly measured: number;
}

export const plans = {
  full: { repetitions: 5, warmUp: 3_000, measured: 1_000 },
  quick: { repetitions: 2, warmUp: 1_000, measured: 400 },
} as const satisfies Record<string, Plan>;

/** What one run measured, or the medians of several. */
export interface Figures {
  readonly callsPerSecond: number;
  /** Latencies, and processor time per call, in microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
}

export interface Sample extends Figures, Repeated {
  readonly peer: PeerName;
  readonly inFlight: InFlight;
}

export interface CallsRow extends Figures {
  readonly peer: PeerName;
  readonly inFlight: InFlight;
  /** Of `callsPerSecond` over the repetitions: half the range over the median. */
  readonly spread: number;
  /** Calls/s over those of the other in the same repetition: the median of the repetitions. Undefined where it did not run. */
  readonly ofFloor: number | undefined;
  readonly ofGrpc: number | undefined;
  /** The same of the 99th percentile over the floor's. */
  readonly p99OfFloor: number | undefined;
}

export interface CallsReport {
  /** Whether client and server had a core each. */
  readonly pinned: boolean;
  readonly plan: Plan;
  readonly conditions: Conditions;
  /** A row per peer and number of calls in flight. */
  readonly rows: readonly CallsRow[];
  /** Every run, in order. */
  readonly samples: readonly Sample[];
}

/** Builds what measures the given peers; returns the path of the program. */
export function buildCalls(names: readonly PeerName[]): Promise<string> {
  const modules = names.filter((name) => peers[name].go === undefined);
  return build(
    "calls",
    modules.flatMap((name) => [`${name}/server`, `${name}/client`]),
  );
}

/** Measures the given peers: in each repetition one after another, each in new processes; every second time in reverse. */
export async function run(
  names: readonly PeerName[],
  plan: Plan,
  conditions: Conditions = undisturbed,
): Promise<CallsReport> {
  const script = await buildCalls(names);
  const go = names.some((name) => peers[name].go)
    ? buildGo(new URL("peers/go-net-rpc", import.meta.url))
    : undefined;
  try {
    const samples: Sample[] = [];
    for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
      const order = repetition % 2 === 1 ? names : [...names].reverse();
      for (const peer of order) {
        process.stderr.write(`calls: repetition ${repetition} of ${plan.repetitions}, ${peer}\n`);
        const program = programOf(peer, script, go, conditions);
        samples.push(...(await under(conditions, () => measurePeer(program, peer, repetition, plan))));
      }
    }
    const rows = names.flatMap((peer) => inFlights.map((inFlight) => summary(peer, inFlight, samples)));
    return { pinned, plan, conditions, rows, samples };
  } finally {
    go?.remove();
  }
}

function programOf(
  peer: PeerName,
  script: string,
  go: GoProgram | undefined,
  conditions: Conditions,
): readonly string[] {
  return peers[peer].go === true ? [go!.path] : [process.execPath, ...nodeFlags(conditions), script];
}

async function measurePeer(
  program: readonly string[],
  peer: PeerName,
  repetition: number,
  plan: Plan,
): Promise<Sample[]> {
  return withPair(peer, program, async (server, client) => {
    await load(client, 64, plan.warmUp);
    const samples: Sample[] = [];
    for (const inFlight of inFlights) {
      const figures = await measure(server, client, inFlight, plan.measured);
      samples.push({ repetition, peer, inFlight, ...figures });
    }
    return samples;
  });
}

function load(client: MeasuredProcess, inFlight: number, milliseconds: number): Promise<LoadReply> {
  const command: LoadCommand = { do: "load", inFlight, milliseconds };
  return client.ask(command, "load", milliseconds);
}

async function measure(
  server: MeasuredProcess,
  client: MeasuredProcess,
  inFlight: InFlight,
  milliseconds: number,
): Promise<Figures> {
  const { result, serverCpu, clientCpu } = await withCpu(server, client, () =>
    load(client, inFlight, milliseconds),
  );
  const { calls, seconds, latencies } = result;
  return {
    callsPerSecond: calls / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    serverCpu: serverCpu / calls,
    clientCpu: clientCpu / calls,
  };
}

function summary(peer: PeerName, inFlight: InFlight, all: readonly Sample[]): CallsRow {
  const samplesOf = (name: PeerName): Sample[] =>
    all.filter((sample) => sample.peer === name && sample.inFlight === inFlight);
  const samples = samplesOf(peer);
  const of = (figure: keyof Figures): number => median(samples.map((sample) => sample[figure]));
  const over = (figure: keyof Figures, other: PeerName): number | undefined =>
    medianRatio(samples, samplesOf(other), (sample) => sample[figure]);
  return {
    peer,
    inFlight,
    callsPerSecond: of("callsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    clientCpu: of("clientCpu"),
    serverCpu: of("serverCpu"),
    spread: spread(samples.map((sample) => sample.callsPerSecond)),
    ofFloor: over("callsPerSecond", "floor"),
    ofGrpc: over("callsPerSecond", "grpc-js"),
    p99OfFloor: over("p99", "floor"),
  };
}
