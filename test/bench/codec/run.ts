import { bundle } from "../../bundle.ts";
import { cores, nextMessage, startNode, stop } from "../../children.ts";
import { type GoGob, type GoPeerName, goPeerNames, openGo } from "./go-gob.ts";
import { median, spread } from "../statistics.ts";
import { type PeerName, peers } from "./peers.ts";
import { type SizeName, sizes } from "./sizes.ts";

export type Direction = "encode" | "decode";

const plans = {
  full: { repetitions: 5, milliseconds: 20, batches: 11 },
  quick: { repetitions: 1, milliseconds: 15, batches: 7 },
} as const;

/** One batch. */
export interface Sample {
  readonly peer: PeerName | GoPeerName;
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

/** Measures every library, or the given ones, in several processes; in each they take turns batch by batch. */
export async function run(
  options: { readonly quick?: boolean; readonly peers?: readonly PeerName[] } = {},
): Promise<CodecReport> {
  const names = options.peers ?? (Object.keys(peers) as PeerName[]);
  const plan = options.quick === true ? plans.quick : plans.full;
  const script = await bundle(new URL("process.ts", import.meta.url), "codec");
  const go = options.peers === undefined ? openGo() : undefined;
  try {
    return await measure(names, plan, script, go);
  } finally {
    go?.close();
  }
}

async function measure(
  names: readonly PeerName[],
  plan: (typeof plans)[keyof typeof plans],
  script: string,
  go: GoGob | undefined,
): Promise<CodecReport> {
  const samples: Sample[] = [];
  for (let repetition = 1; repetition <= plan.repetitions; repetition++) {
    process.stderr.write(`codec: repetition ${repetition} of ${plan.repetitions}\n`);
    const child = startNode(
      script,
      [names.join(","), String(plan.milliseconds), String(plan.batches)],
      cores[0],
    );
    try {
      samples.push(...((await nextMessage(child, "the codec benchmark", milliseconds)) as Sample[]));
    } finally {
      await stop(child);
    }
    samples.push(...(go?.measure(plan.milliseconds, plan.batches, cores[0]) ?? []));
  }
  const all = [...names, ...(go === undefined ? [] : goPeerNames)];
  const rows = (Object.keys(sizes) as SizeName[]).flatMap((size) =>
    (["encode", "decode"] as const).flatMap((direction) =>
      all.map((peer) =>
        summary(samples.filter((s) => s.peer === peer && s.size === size && s.direction === direction)),
      ),
    ),
  );
  return { repetitions: plan.repetitions, rows };
}

function summary(samples: readonly Sample[]): CodecRow {
  const times = samples.map(({ nanoseconds }) => nanoseconds);
  return { ...samples[0]!, nanoseconds: median(times), spread: spread(times) };
}
