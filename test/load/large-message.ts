import { median } from "../bench/statistics.ts";
import { withServer } from "./children.ts";
import type { Served } from "./process.ts";

export interface LargeMessageReport {
  /** Each run without large messages, and each with one of 16 MiB always in transit. */
  readonly without: readonly Served[];
  readonly with: readonly Served[];
  /** Medians over the runs, in ms. */
  readonly p99Without: number;
  readonly p99With: number;
}

/** How much longer small calls take while a message of 16 MiB goes there and back on their connection. */
export function measureLargeMessage(ms: number, repetitions: number): Promise<LargeMessageReport> {
  return withServer(async (_server, start) => {
    const client = await start("steady");
    const run = (large: boolean, time = ms): Promise<Served> =>
      client.serve({ do: "steady", ms: time, inFlight: 16, large });
    await run(true, ms / 2);
    const runs: { readonly without: Served[]; readonly with: Served[] } = { without: [], with: [] };
    for (let i = 0; i < repetitions; i++) {
      runs.without.push(await run(false));
      runs.with.push(await run(true));
    }
    const p99 = (served: readonly Served[]): number => median(served.map((each) => each.p99));
    return { ...runs, p99Without: p99(runs.without), p99With: p99(runs.with) };
  });
}
