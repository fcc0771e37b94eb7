import type { Candidate } from "./balancer.ts";
import { totalOf, weightsOf } from "./weight.ts";

/** Draws an index, each as likely as its weight says, in the same time however many there are (Vose's alias method). */
export class WeightedDraw {
  readonly weights: Float64Array;
  readonly #size: number;
  /** Undefined where all weigh the same. */
  readonly #columns: { readonly keeps: Float64Array; readonly other: Uint32Array } | undefined;

  constructor(candidates: readonly Candidate[]) {
    this.weights = weightsOf(candidates);
    this.#size = candidates.length;
    const first = this.weights[0];
    if (this.weights.some((weight) => weight !== first)) this.#columns = columnsOf(this.weights);
  }

  draw(random: () => number): number {
    const place = random() * this.#size;
    const column = Math.floor(place);
    if (this.#columns === undefined) return column;
    const { keeps, other } = this.#columns;
    return place - column < keeps[column]! ? column : other[column]!;
  }
}

/** Columns of height 1, each shared by at most two. */
function columnsOf(weights: Float64Array): { keeps: Float64Array; other: Uint32Array } {
  const scale = weights.length / totalOf(weights);
  const keeps = weights.map((weight) => weight * scale);
  const other = Uint32Array.from(keeps, (_, i) => i);
  const low: number[] = [];
  const high: number[] = [];
  for (const [i, height] of keeps.entries()) (height < 1 ? low : high).push(i);
  while (low.length > 0 && high.length > 0) {
    const [short, tall] = [low.pop()!, high.pop()!];
    other[short] = tall;
    keeps[tall]! -= 1 - keeps[short]!;
    (keeps[tall]! < 1 ? low : high).push(tall);
  }
  // What is left is 1 but for rounding.
  for (const i of [...low, ...high]) keeps[i] = 1;
  return { keeps, other };
}

/** Any other index, each as likely. @param size - 2 or more */
export function anotherThan(index: number, size: number, random: () => number): number {
  const other = Math.floor(random() * (size - 1));
  return other < index ? other : other + 1;
}
