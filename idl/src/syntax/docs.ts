/** The `///` comments of a file, and which declaration each belongs to. */
import type { IToken } from "chevrotain";
import { endOf } from "./tokens.ts";
import { hasBlankLine } from "./white-space.ts";

/** Hands out doc comments by place; places are asked for in source order. */
export class Docs {
  readonly #text: string;
  readonly #comments: readonly IToken[];
  /** Comments that no declaration took. */
  readonly dangling: IToken[] = [];
  #next = 0;

  constructor(text: string, comments: readonly IToken[]) {
    this.#text = text;
    this.#comments = comments;
  }

  /** The Markdown of the doc comments from one offset to another; those before it that nobody took dangle. */
  take(from: number, to: number): string | undefined {
    const taken: IToken[] = [];
    for (; this.#next < this.#comments.length; this.#next++) {
      const comment = this.#comments[this.#next]!;
      if (comment.startOffset >= to) break;
      (comment.startOffset < from ? this.dangling : taken).push(comment);
    }
    return this.#join(taken);
  }

  /** Forgets the comments up to an offset: what they describe could not be read. */
  forget(to: number): void {
    while (this.#next < this.#comments.length && this.#comments[this.#next]!.startOffset < to) this.#next++;
  }

  /** Ends the file: all that is left dangles. */
  finish(): void {
    this.take(Infinity, Infinity);
  }

  #join(comments: readonly IToken[]): string | undefined {
    const lines: string[] = [];
    comments.forEach((comment, index) => {
      const before = comments[index - 1];
      if (before !== undefined && this.#blankLineBetween(before, comment)) lines.push("");
      lines.push(comment.image.slice(3).replace(/^ /, "").trimEnd());
    });
    while (lines[0] === "") lines.shift();
    while (lines.at(-1) === "") lines.pop();
    return lines.length === 0 ? undefined : lines.join("\n");
  }

  #blankLineBetween(first: IToken, second: IToken): boolean {
    return hasBlankLine(this.#text.slice(endOf(first), second.startOffset));
  }
}
