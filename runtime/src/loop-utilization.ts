/**
 * Watches the event loop of this thread.
 * @returns what tells which part of the time it was busy since it was asked before, from 0 to 1
 */
export function watchLoop(): () => number {
  // Loaded here: it takes a while, and most programs need none of it.
  const { performance } = process.getBuiltinModule("node:perf_hooks");
  let before = performance.eventLoopUtilization();
  return () => {
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, before);
    before = current;
    return utilization;
  };
}
