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

/** Something that was measured once in each repetition. */
export interface Repeated {
  readonly repetition: number;
}

/** A figure over that of others in the same repetition: the median of the repetitions; undefined where there are no others. */
export function medianRatio<Sample extends Repeated>(
  samples: readonly Sample[],
  others: readonly Sample[],
  figure: (sample: Sample) => number,
): number | undefined {
  if (others.length === 0) return undefined;
  const inTheSame = (sample: Sample): Sample =>
    others.find(({ repetition }) => repetition === sample.repetition)!;
  return median(samples.map((sample) => figure(sample) / figure(inTheSame(sample))));
}
