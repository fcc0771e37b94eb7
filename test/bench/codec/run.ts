import { build } from "../build.ts";
import { cores, nextMessage, startNode, stop } from "../../children.ts";
import { type GoGob, openGo } from "./go-gob.ts";
import { median, spread } from "../statistics.ts";
import { type PeerName, peers } from "./peers.ts";
import { type SizeName, sizes } from "./sizes.ts";

export type Direction = "encode" | "decode";

/** How many processes, and in each how many batches of how many ms. */
export interface Plan {
  readonly repetitions: number;
  readonly milliseconds: number;
  readonly batches: number;
}

export const plans = {
  full: { repetitions: 5, milliseconds: 20, batches: 11 },
  quick: { repetitions: 1, milliseconds: 15, batches: 7 },
} as const satisfies Record<string, Plan>;

/** One batch. */
export interface Sample {
  readonly peer: PeerName;
  readonly size: SizeName;
  readonly direction: Direction;
  /** Per message. */
  readonly nanoseconds: number;
  /** Of an encoded message, on average. */
  readonly bytes: number;
}

export interface CodecRow extends Sample {
  /** Of `nanoseconds` over the batches: half the range over the median. */
  readonly spread: number;
}

export interface CodecReport {
  readonly repetitions: number;
  /** A median per library, size and direction. */
  readonly rows: readonly CodecRow[];
}

const milliseconds = 120_000;

/** Measures the given libraries in several processes; in each they take turns batch by batch. */
export async function run(names: readonly PeerName[], plan: Plan): Promise<CodecReport> {
  const go = names.some((name) => peers[name].go) ? openGo() : undefined;
  try {
    return await measure(names, plan, go);
  } finally {
    go?.close();
  }
}

async function measure(names: readonly PeerName[], plan: Plan, go: GoGob | undefined): Promise<CodecReport> {
  const libraries = names.filter((name) => peers[name].go === undefined);
  const script = await build("codec", libraries);
  const samples: Sample[] = [];
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    process.stderr.write(`codec: repetition ${repetition} of ${plan.repetitions}\n`);
    samples.push(...(await measureLibraries(script, libraries, plan)));
    const ofGo = go?.measure(plan.milliseconds, plan.batches, cores[0]) ?? [];
    samples.push(...ofGo.filter(({ peer }) => names.includes(peer)));
  }
  const rows = (Object.keys(sizes) as SizeName[]).flatMap((size) =>
    (["encode", "decode"] as const).flatMap((direction) =>
      names.map((peer) =>
        summary(samples.filter((s) => s.peer === peer && s.size === size && s.direction === direction)),
      ),
    ),
  );
  return { repetitions: plan.repetitions, rows };
}

async function measureLibraries(
  script: string,
  names: readonly PeerName[],
  plan: Plan,
): Promise<readonly Sample[]> {
  if (names.length === 0) return [];
  const child = startNode(
    script,
    [names.join(","), String(plan.milliseconds), String(plan.batches)],
    cores[0],
  );
  try {
    return (await nextMessage(child, "the codec benchmark", milliseconds)) as Sample[];
  } finally {
    await stop(child);
  }
}

function summary(samples: readonly Sample[]): CodecRow {
  const times = samples.map(({ nanoseconds }) => nanoseconds);
  return { ...samples[0]!, nanoseconds: median(times), spread: spread(times) };
}
