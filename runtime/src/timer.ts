/** The longest that a timer can wait, in ms, some 24 days: one that is set to more fires at once. */
export const longestTimer = 0x7fff_ffff;

/** Runs something after a time in ms. A time that is longer than a timer can wait counts as none. */
export function startTimer(ms: number, run: () => void): NodeJS.Timeout | undefined {
  return ms > longestTimer ? undefined : setTimeout(run, ms);
}
