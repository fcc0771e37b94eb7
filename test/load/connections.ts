import { settled, withServer } from "./children.ts";
import type { Served, Usage } from "./process.ts";

export interface ConnectionsReport {
  readonly opened: Served;
  /** All of them calling at once. */
  readonly together: Served;
  readonly before: Usage;
  readonly during: Usage;
  readonly after: Usage;
}

/** Opens connections to one server process, a call on each; then all call at once; then all go. */
export function measureConnections(count: number): Promise<ConnectionsReport> {
  return withServer(async (server, start) => {
    const crowd = await start("crowd");
    // Code that runs for the first time costs memory of its own.
    await crowd.serve({ do: "open", count: 100 });
    await crowd.tell({ do: "close" });
    const before = await settled(server, 0);
    const opened = await crowd.serve({ do: "open", count });
    const together = await crowd.serve({ do: "call" });
    const during = await server.usage();
    await crowd.tell({ do: "close" });
    return { opened, together, before, during, after: await settled(server, 0) };
  });
}
