/** Of ours over the floor, by what was measured. */
export type Ratios = Readonly<Record<string, number>>;

export interface Committed {
  /** By what part of itself a ratio may fall before it is warned of. */
  readonly tolerance: number;
  readonly ratios: Ratios;
}

/** A line for each ratio, and for those that fell a warning. */
export function verdict(measured: Ratios, { ratios, tolerance }: Committed): string[] {
  return Object.entries(measured).map(([what, ratio]) => {
    const before = ratios[what];
    const line = `${what}: ${ratio.toFixed(2)} of the floor's`;
    if (before === undefined) return `${line}; guard.json has none to compare with`;
    const fallen = ratio < before * (1 - tolerance);
    return `${fallen ? "WARNING: slower than committed. " : ""}${line}, committed ${before.toFixed(2)}`;
  });
}
