const monotonic: () => number = performance.now.bind(performance);

/**
 * Milliseconds on the monotonic clock, with a fraction: what every deadline is measured on. A binding, so that a test can put
 * a clock of its own in its place and nobody else pays for that.
 */
export let now: () => number = monotonic;

/** Reads the time from another clock; without one, from the monotonic clock again. */
export function readTimeFrom(clock: () => number = monotonic): void {
  now = clock;
}
