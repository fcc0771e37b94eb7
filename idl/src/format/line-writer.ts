/** Writes tokens and comments out in lines. */
import { type IToken, tokenMatcher } from "chevrotain";
import * as t from "../syntax/tokens.ts";
import { endOf } from "../syntax/tokens.ts";
import { hasBlankLine, hasLineBreak } from "../syntax/white-space.ts";

/** Where lines begin, by the offsets of tokens. */
export interface Plan {
  /** The level of each token that begins a line. */
  readonly starts: ReadonlyMap<number, number>;
  /** Those of them that want a blank line before. */
  readonly separate: ReadonlySet<number>;
  /** The braces that close a body. */
  readonly closers: ReadonlySet<number>;
  /** How wide the column is in which a number stands. */
  readonly widths: ReadonlyMap<number, number>;
}

/** The text with every token and comment of the old one, laid out by the plan. It must have no syntax errors. */
export function layOut(text: string, plan: Plan): string {
  const { tokens, comments } = t.tokenize(text);
  const writer = new LineWriter(text);
  let next = 0;
  for (const token of [...tokens.filter(isWanted), undefined]) {
    const place = placeOf(token, plan);
    writer.separate = place.separate;
    const until = token?.startOffset ?? Infinity;
    for (; next < comments.length && comments[next]!.startOffset < until; next++)
      writer.comment(comments[next]!, place);
    if (token !== undefined) writer.token(token, place, plan.widths.get(token.startOffset) ?? 0);
  }
  return writer.finish();
}

/** A comma after the last of several things is dropped. */
const isWanted = (token: IToken, index: number, tokens: readonly IToken[]): boolean =>
  !tokenMatcher(token, t.Comma) || !/^[})]$/.test(tokens[index + 1]?.image ?? "");

/** Where a token stands, and the comments before it. */
interface Place {
  /** It begins a line, closes a body, or goes on where the token before it ended. */
  readonly kind: "start" | "close" | "on";
  readonly level: number;
  readonly separate: boolean;
}

function placeOf(token: IToken | undefined, { starts, separate, closers }: Plan): Place {
  if (token === undefined) return { kind: "start", level: 0, separate: false };
  const { startOffset } = token;
  const level = starts.get(startOffset);
  if (level !== undefined) return { kind: "start", level, separate: separate.has(startOffset) };
  return { kind: closers.has(startOffset) ? "close" : "on", level: 0, separate: false };
}

interface Line {
  readonly level: number;
  readonly blankBefore: boolean;
  code: string;
  /** A `//` comment behind the code. */
  comment?: string;
}

const indent = "  ";
/** Levels by which a line is set in that goes on with the one before. */
const continuation = 2;

class LineWriter {
  /** Whether the next line wants a blank one before it. */
  separate = false;
  readonly #text: string;
  readonly #lines: Line[] = [];
  /** The last token or comment written. */
  #last: IToken | undefined;
  /** Nothing may follow on the current line. */
  #full = true;
  #level = 0;

  constructor(text: string) {
    this.#text = text;
  }

  token(token: IToken, { kind, level }: Place, width: number): void {
    if (kind === "start") {
      this.#begin(token, level);
      this.#level = level;
    } else if (kind === "close") {
      if (!this.#isOpening()) this.#begin(token, 0);
    } else if (this.#full) {
      this.#begin(token, this.#level + continuation);
    }
    this.#append(token, token.image.padEnd(width));
  }

  comment(comment: IToken, { kind, level }: Place): void {
    const text = comment.image.replace(/\r\n?/g, "\n").trimEnd();
    if (this.#startsLine(comment)) {
      this.#begin(comment, kind === "on" ? this.#level + continuation : kind === "close" ? 1 : level);
      this.#append(comment, text);
      this.#full = true;
    } else if (tokenMatcher(comment, t.BlockComment)) {
      this.#append(comment, text);
    } else {
      this.#lines.at(-1)!.comment = text;
      this.#last = comment;
      this.#full = true;
    }
  }

  /** The lines as text, with the comments behind consecutive lines aligned. */
  finish(): string {
    const columns = commentColumns(this.#lines);
    return this.#lines
      .map((line, index) => {
        const code = codeOf(line);
        const comment =
          line.comment === undefined ? "" : " ".repeat(columns[index]! - widthOf(code)) + line.comment;
        return `${line.blankBefore ? "\n" : ""}${code}${comment}\n`;
      })
      .join("");
  }

  #append(item: IToken, text: string): void {
    const line = this.#lines.at(-1)!;
    line.code +=
      line.code !== "" && this.#last !== undefined && isSpaced(this.#last, item) ? ` ${text}` : text;
    this.#last = item;
  }

  #begin(item: IToken, level: number): void {
    const inner = this.#lines.length > 0 && !this.#isOpening();
    const closes = tokenMatcher(item, t.RCurly);
    const blankBefore = inner && !closes && (this.separate || hasBlankLine(this.#gapBefore(item)));
    this.#lines.push({ level, blankBefore, code: "" });
    this.separate = false;
    this.#full = false;
  }

  #startsLine(comment: IToken): boolean {
    if (this.#last === undefined || tokenMatcher(comment, t.DocComment)) return true;
    return hasLineBreak(this.#gapBefore(comment));
  }

  #gapBefore(item: IToken): string {
    return this.#text.slice(this.#last === undefined ? 0 : endOf(this.#last), item.startOffset);
  }

  #isOpening(): boolean {
    return this.#last !== undefined && tokenMatcher(this.#last, t.LCurly);
  }
}

/** For each line with a comment behind its code the column of the comment: the same for lines that follow each other. */
function commentColumns(lines: readonly Line[]): number[] {
  const columns: number[] = [];
  for (let from = 0, to = 0; from < lines.length; from = to) {
    let widest = 0;
    for (to = from; to < lines.length && lines[to]!.comment !== undefined; to++) {
      if (to > from && lines[to]!.blankBefore) break;
      widest = Math.max(widest, widthOf(codeOf(lines[to]!)));
    }
    to = Math.max(to, from + 1);
    for (let index = from; index < to; index++) columns[index] = widest + 1;
  }
  return columns;
}

const codeOf = ({ level, code }: Line): string => `${indent.repeat(level)}${code.trimEnd()}`;
/** Of the last line of a code: a block comment may have several. */
const widthOf = (code: string): number => code.length - (code.lastIndexOf("\n") + 1);

const noSpaceBefore = [
  t.Comma,
  t.Colon,
  t.Question,
  t.RParen,
  t.LSquare,
  t.RSquare,
  t.LAngle,
  t.RAngle,
  t.Dot,
  t.DotDot,
];
const noSpaceAfter = [t.LParen, t.LSquare, t.LAngle, t.Dot, t.DotDot];

function isSpaced(one: IToken, other: IToken): boolean {
  const is = (token: IToken, types: readonly (typeof t.Dot)[]): boolean =>
    types.some((type) => tokenMatcher(token, type));
  if (is(one, [t.BlockComment]) || is(other, [t.BlockComment])) return true;
  if (is(other, [t.LParen])) return !is(one, [t.Word, t.AnnotationName]);
  if (is(one, [t.LCurly]) && is(other, [t.RCurly])) return false;
  return !is(other, noSpaceBefore) && !is(one, noSpaceAfter);
}
