export { heldBytes } from "../../runtime/src/held-bytes.fixture.ts";

/** How many sockets, servers, timers there are. */
export function handles(): Record<string, number> {
  const count: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (/^(TCP|Pipe|Timeout)/.test(name)) count[name] = (count[name] ?? 0) + 1;
  }
  return count;
}
