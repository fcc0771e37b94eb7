import { bundle } from "../../bundle.ts";
import { cores, startNode } from "../../children.ts";
import { median, quantile, spread } from "../statistics.ts";
import { MeasuredProcess } from "./measured-process.ts";
import { peers, type PeerName } from "./peers.ts";

export const inFlights = [1, 64, 512] as const;
export type InFlight = (typeof inFlights)[number];

const plans = {
  full: { repetitions: 5, warmUp: 3_000, measured: 1_000 },
  quick: { repetitions: 2, warmUp: 2_500, measured: 400 },
} as const;
type Plan = (typeof plans)[keyof typeof plans];

/** What one run measured, or the medians of several. */
export interface Figures {
  readonly callsPerSecond: number;
  /** Latencies, and processor time per call, in microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
}

interface Sample extends Figures {
  readonly peer: PeerName;
  readonly inFlight: InFlight;
}

export interface CallsRow extends Sample {
  /** Of `callsPerSecond` over the repetitions: half the range over the median. */
  readonly spread: number;
}

export interface CallsReport {
  /** Whether client and server had a core each. */
  readonly pinned: boolean;
  readonly repetitions: number;
  /** A median per peer and number of calls in flight. */
  readonly rows: readonly CallsRow[];
  /** Every run, in order. */
  readonly samples: readonly Sample[];
}

/** Measures every peer, or the given ones: in each repetition one after another, each in new processes. */
export async function run(
  options: { readonly quick?: boolean; readonly peers?: readonly PeerName[] } = {},
): Promise<CallsReport> {
  const names = options.peers ?? (Object.keys(peers) as PeerName[]);
  const plan = options.quick === true ? plans.quick : plans.full;
  const script = await bundle(new URL("process.ts", import.meta.url), "calls");
  const samples: Sample[] = [];
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    process.stderr.write(`calls: repetition ${repetition} of ${plan.repetitions}\n`);
    for (const peer of names) samples.push(...(await measurePeer(script, peer, plan)));
  }
  const rows = names.flatMap((peer) => inFlights.map((inFlight) => medians(peer, inFlight, samples)));
  return { pinned: cores.length > 1, repetitions: plan.repetitions, rows, samples };
}

async function measurePeer(script: string, peer: PeerName, plan: Plan): Promise<Sample[]> {
  const [serverCore, clientCore] = cores.length > 1 ? cores : [];
  const server = new MeasuredProcess(`${peer} server`, startNode(script, ["server", peer], serverCore));
  let client: MeasuredProcess | undefined;
  try {
    const { port } = await server.next("listening");
    client = new MeasuredProcess(
      `${peer} client`,
      startNode(script, ["client", peer, String(port)], clientCore),
    );
    await client.next("connected");
    await client.load(64, plan.warmUp);
    const samples: Sample[] = [];
    for (const inFlight of inFlights) {
      samples.push({ peer, inFlight, ...(await measure(server, client, inFlight, plan.measured)) });
    }
    return samples;
  } finally {
    await Promise.all([server.stop(), client?.stop()]);
  }
}

async function measure(
  server: MeasuredProcess,
  client: MeasuredProcess,
  inFlight: InFlight,
  milliseconds: number,
): Promise<Figures> {
  const before = [await server.usage(), await client.usage()] as const;
  const { calls, seconds, latencies } = await client.load(inFlight, milliseconds);
  const after = [await server.usage(), await client.usage()] as const;
  return {
    callsPerSecond: calls / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    serverCpu: (after[0] - before[0]) / calls,
    clientCpu: (after[1] - before[1]) / calls,
  };
}

function medians(peer: PeerName, inFlight: InFlight, samples: readonly Sample[]): CallsRow {
  const runs = samples.filter((sample) => sample.peer === peer && sample.inFlight === inFlight);
  const of = (figure: keyof Figures): number => median(runs.map((run) => run[figure]));
  return {
    peer,
    inFlight,
    callsPerSecond: of("callsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    clientCpu: of("clientCpu"),
    serverCpu: of("serverCpu"),
    spread: spread(runs.map((run) => run.callsPerSecond)),
  };
}
