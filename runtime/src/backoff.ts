/**
 * How long to wait before trying again, in ms: doubling with each failure, and spread by a random half so that those
 * who failed together do not come back together.
 * @param failures - in a row, from 1
 * @param longest - the wait's upper bound in ms
 * @param random - in [0, 1)
 */
export function backoff(failures: number, longest: number, random: () => number): number {
  const full = Math.min(longest, 100 * 2 ** Math.min(failures - 1, 20));
  return full / 2 + (random() * full) / 2;
}
