import { ttl } from "./registry.ts";
import type { SoakReport } from "./soak.ts";

/** In bytes: what code that has run and tables that have grown keep. A call that left something behind would be more by far. */
const keeps = 12 * 1024 * 1024;
/** In ms, beyond their time to live: for servers that have no processor for a while. */
const slack = 1_500;

/** What must not be in a report, in words. */
export function findings({
  violations,
  rests,
  reregistered,
}: Pick<SoakReport, "violations" | "rests" | "reregistered">): string[] {
  const found = [...violations];
  if (reregistered > ttl + slack)
    found.push(
      `servers took ${Math.round(reregistered)} ms to register again: their time to live is ${ttl} ms`,
    );
  for (const { bytes, connections, pending, handles, handlesBefore } of rests) {
    if (pending > 0) found.push(`${handles}: ${pending} calls never settled`);
    if (connections > 0) found.push(`${handles}: ${connections} connections are left`);
    if (handles !== handlesBefore) found.push(`${handles} are left, ${handlesBefore} were there`);
    if (bytes > keeps) found.push(`${handles}: holds ${bytes} bytes more than at its start`);
  }
  return found;
}
