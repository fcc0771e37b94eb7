import { settled, withServer } from "./children.ts";
import { floods } from "./floods.ts";
import type { Served, Usage } from "./process.ts";

export interface FloodReport {
  readonly name: string;
  /** How often the attacker did it. */
  readonly times: number;
  /** A good client's calls meanwhile, some on connections that it dials meanwhile. */
  readonly others: Served;
  readonly before: Usage;
  readonly during: Usage;
  readonly after: Usage;
  /** Of one core, from 0 to 1. */
  readonly processor: number;
}

/** Bytes that code which has run, and tables that have grown, keep. */
const kept = 8 * 1024 * 1024;

/** Floods one server with one thing after the other, each for so many ms, while a good client calls it. */
export function measureFloods(ms: number): Promise<FloodReport[]> {
  return withServer(async (server, start) => {
    const [client, attacker] = [await start("steady"), await start("attacker")];
    await client.serve({ do: "steady", ms: 300, inFlight: 8, dials: true });
    const reports: FloodReport[] = [];
    for (const name of Object.keys(floods)) {
      const before = await settled(server, 1);
      const flood = attacker.tell({ do: "flood", name, ms }) as Promise<number>;
      const calls = client.serve({ do: "steady", ms, inFlight: 8, dials: true });
      await new Promise((resolve) => setTimeout(resolve, ms * 0.7));
      const during = await server.usage();
      const [times, others] = await Promise.all([flood, calls]);
      const processor = (during.processor - before.processor) / (ms * 0.7);
      const after = await settled(server, 1, before.held + kept);
      reports.push({ name, times, others, before, during, after, processor });
    }
    return reports;
  });
}
