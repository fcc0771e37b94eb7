/** Milliseconds on the monotonic clock, with a fraction: what every deadline is measured on. */
export const now: () => number = performance.now.bind(performance);
