import { request, verify } from "./message.ts";
import type { Echo } from "./peer.ts";

/** What one run of one client measured. */
export interface Load {
  readonly calls: number;
  readonly seconds: number;
  /** Of every call at 1 in flight, of each 16th above, in microseconds, ascending. */
  readonly latencies: readonly number[];
}

/** Calls without pause, `inFlight` at a time, for `milliseconds`, and checks every answer. */
export async function load(echo: Echo, inFlight: number, milliseconds: number): Promise<Load> {
  const latencies: number[] = [];
  // Reading the clock twice costs a fast peer a tenth of its time per call.
  const every = inFlight === 1 ? 1 : 16;
  let calls = 0;
  let running = true;

  async function caller(): Promise<void> {
    while (running) {
      const id = ++calls;
      const message = request(id);
      if (id % every === 0) {
        const start = performance.now();
        verify(message, await echo(message));
        latencies.push((performance.now() - start) * 1_000);
      } else {
        verify(message, await echo(message));
      }
    }
  }

  const start = performance.now();
  setTimeout(() => (running = false), milliseconds);
  await Promise.all(Array.from({ length: inFlight }, caller));
  const seconds = (performance.now() - start) / 1_000;
  return { calls, seconds, latencies: latencies.sort((a, b) => a - b) };
}
