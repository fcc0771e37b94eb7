/** The value at the given part (0 to 1) of ascending values. */
export function quantile(ascending: readonly number[], part: number): number {
  if (ascending.length === 0) return Number.NaN;
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))]!;
}

export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const upper = ascending.length >> 1;
  const lower = (ascending.length - 1) >> 1;
  return ((ascending[lower] ?? Number.NaN) + (ascending[upper] ?? Number.NaN)) / 2;
}

/** Half the distance between the least and the greatest, as a part of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}
