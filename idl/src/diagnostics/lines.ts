/** Where the lines of a text begin. */

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines end with LF, CR LF or CR. */
export class Lines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (const { index, 0: end } of text.matchAll(/\r\n?|\n/g)) this.#starts.push(index + end.length);
  }

  position(offset: number): Position {
    const line = this.#index(offset);
    return { line: line + 1, column: offset - this.#starts[line]! + 1 };
  }

  /** The number of the line with an offset, from 1. */
  lineAt(offset: number): number {
    return this.#index(offset) + 1;
  }

  /** The text of a line, counted from 1, without its end. */
  line(number: number): string {
    return this.#text.slice(this.#starts[number - 1], this.#starts[number]).replace(/[\r\n]+$/, "");
  }

  #index(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
