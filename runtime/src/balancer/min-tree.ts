/**
 * The least of a list of pairs of numbers that change: the second number decides between equal first ones. A change costs as many steps
 * as a tournament has rounds: a pair plays against its neighbour, the winner against the next.
 */
export class MinTree {
  readonly size: number;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  /** The leaves begin here: a power of two. */
  readonly #leaves: number;
  /** By node, the root at 1: the index of the least below it. */
  readonly #winners: Uint32Array;

  /** All begin as [0, 0]. */
  constructor(size: number) {
    this.size = size;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, size)));
    this.#first = new Float64Array(this.#leaves).fill(Infinity).fill(0, 0, size);
    this.#second = new Float64Array(this.#leaves);
    this.#winners = new Uint32Array(2 * this.#leaves);
    for (let i = 0; i < this.#leaves; i++) this.#winners[this.#leaves + i] = i;
    for (let node = this.#leaves - 1; node > 0; node--) this.#play(node);
  }

  /** The index of the least. */
  get least(): number {
    return this.#winners[1]!;
  }

  first(index: number): number {
    return this.#first[index]!;
  }

  second(index: number): number {
    return this.#second[index]!;
  }

  set(index: number, first: number, second: number): void {
    this.#first[index] = first;
    this.#second[index] = second;
    const winners = this.#winners;
    for (let node = (this.#leaves + index) >> 1; node > 0; node >>= 1) {
      const before = winners[node];
      this.#play(node);
      // It wins here no more than before: who plays above is the same.
      if (before !== index && winners[node] !== index) return;
    }
  }

  isLess(one: number, other: number): boolean {
    const difference = this.#first[one]! - this.#first[other]!;
    return difference < 0 || (difference === 0 && this.#second[one]! < this.#second[other]!);
  }

  #play(node: number): void {
    const left = this.#winners[2 * node]!;
    const right = this.#winners[2 * node + 1]!;
    this.#winners[node] = this.isLess(right, left) ? right : left;
  }
}
