/** The name that was probably meant. */

/** Longer names are compared for equality without case only: the cost of a comparison is quadratic. */
const longestCompared = 64;
const mostEdits = 3;
const mostCandidates = 5_000;

/** The candidate nearest to a name, if one is near enough to be a slip of the fingers; ties go to the first. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = mostEdits + 1;
  let seen = 0;
  for (const candidate of candidates) {
    if (++seen > mostCandidates) break;
    if (candidate === name) continue;
    const near = Math.floor(Math.max(name.length, candidate.length) / 3);
    const limit = Math.min(bestDistance, near + 1);
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance >= limit) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours from one text to another; `limit` or more where there are that many.
 */
function editDistance(from: string, to: string, limit: number): number {
  if (from === to) return 0;
  if (Math.abs(from.length - to.length) >= limit) return limit;
  if (from.length > longestCompared || to.length > longestCompared) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}
