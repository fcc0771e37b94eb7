const { hrtime } = process;
/**
 * Where `performance.now()` has its zero. An event says so, whose class is there: `performance` itself loads some 1 ms long, which is
 * longer than a connection takes.
 */
const origin = sinceBoot() - new Event("").timeStamp;

function sinceBoot(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

const monotonic = (): number => sinceBoot() - origin;

/**
 * Milliseconds on the monotonic clock, as `performance.now()` gives them: what every deadline is measured on. A binding, so that a test can put
 * a clock of its own in its place and nobody else pays for that.
 */
export let now: () => number = monotonic;

/** Reads the time from another clock; without one, from the monotonic clock again. */
export function readTimeFrom(clock: () => number = monotonic): void {
  now = clock;
}
