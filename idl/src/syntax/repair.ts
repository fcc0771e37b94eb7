/**
 * A pass over the tokens before they are parsed. It takes out what the parser could not bear, types that nest without end,
 * and puts right what would cost the parser a whole declaration: a misspelled keyword, a number that sticks to a name.
 */
import { createTokenInstance, type IToken, tokenMatcher, type TokenType } from "chevrotain";
import type { Report } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/suggest.ts";
import * as t from "./tokens.ts";
import { hasLineBreak } from "./white-space.ts";
import { endOf, type Keyword, keywords } from "./tokens.ts";

/** How deep lists and maps may nest: a recursive-descent parser overflows at some thousand levels. */
const deepestType = 32;

export interface Tokens {
  readonly path: string;
  readonly text: string;
  readonly report: Report;
}

/** The tokens to parse. */
export function repair(tokens: readonly IToken[], source: Tokens): IToken[] {
  const repaired: IToken[] = [];
  const all = split(withoutStrays(tokens, source), source);
  for (let index = 0; index < all.length;) {
    const end = deepTypeAt(all, index);
    if (end > index) {
      repaired.push(deepType(all[index]!, all[end - 1]!, source));
      index = end;
    } else {
      repaired.push(respelled(repaired.at(-1), [all[index]!, all[index + 1], all[index + 2]], source));
      index++;
    }
  }
  return repaired;
}

const make = (type: TokenType, text: string, start: number): IToken =>
  createTokenInstance(type, text, start, start + text.length - 1, NaN, NaN, NaN, NaN);

const is = (token: IToken | undefined, ...types: TokenType[]): token is IToken =>
  token !== undefined && types.some((type) => tokenMatcher(token, type));

/** Without the semicolons, and the characters that are none of the language, that stand in the middle of a line. */
function withoutStrays(tokens: readonly IToken[], { path, text, report }: Tokens): readonly IToken[] {
  if (!tokens.some(isStray)) return tokens;
  const sameLine = (one: IToken | undefined, other: IToken | undefined): boolean =>
    one !== undefined && other !== undefined && !hasLineBreak(text.slice(endOf(one), other.startOffset));
  return tokens.filter((token, index) => {
    const before = tokens[index - 1];
    if (!isStray(token) || !sameLine(before, token)) return true;
    const span = { path, start: token.startOffset, end: endOf(token) };
    if (token.tokenType === t.Unknown) {
      report("unknown-character", span, { character: token.image });
      return false;
    }
    if (!sameLine(token, tokens[index + 1])) return true;
    if (before?.tokenType !== t.Semicolon) report("stray-separator", span, { separator: token.image });
    return false;
  });
}

/** The parser has something to say about a `|`, `&` or `*`, and about a semicolon at the end of a line. */
const isStray = ({ tokenType, image }: IToken): boolean =>
  tokenType === t.Semicolon || (tokenType === t.Unknown && !/^[|&*]/.test(image));

/** `1id` in two, and `1ms:` where a field is called `ms`. */
function split(tokens: readonly IToken[], { path, report }: Tokens): readonly IToken[] {
  if (!tokens.some(({ tokenType }) => tokenType === t.BadNumber || tokenType === t.Duration)) return tokens;
  return tokens.flatMap((token, index) => {
    const parts = isGlued(token, tokens[index + 1]) && /^([+-]?[1-9]\d*|0)([A-Za-z_]\w*)$/.exec(token.image);
    if (!parts) return token;
    const [, number = "", name = ""] = parts;
    const start = token.startOffset;
    report("glued-number", { path, start, end: endOf(token) }, { number, name });
    return [make(t.Integer, number, start), make(t.Identifier, name, start + number.length)];
  });
}

function isGlued({ tokenType }: IToken, next: IToken | undefined): boolean {
  if (tokenType === t.Duration) return is(next, t.Colon);
  return (
    tokenType === t.BadNumber &&
    is(next, t.Colon, t.Question, t.Equals, t.Numeric, t.RCurly, t.AnnotationName)
  );
}

// Keywords

/** What other languages call our declarations. */
const synonyms: Readonly<Record<string, Keyword>> = {
  struct: "message",
  interface: "message",
  class: "message",
  record: "message",
  type: "message",
  oneof: "union",
  exception: "error",
  method: "rpc",
  function: "rpc",
};

const declarations = ["message", "enum", "union", "error", "service"] as const;
const named = [...declarations.map((name) => keywords[name]), keywords.rpc];

/** The token itself, or the keyword it was meant to be where only that keyword can stand. */
function respelled(
  before: IToken | undefined,
  [token, next, third]: readonly [IToken, IToken | undefined, IToken | undefined],
  { path, report }: Tokens,
): IToken {
  if (token.tokenType !== t.Identifier || is(before, ...named)) return token;
  const word = token.image;
  const keyword = meant(word, before, next, third);
  if (keyword === undefined) return token;
  report("unknown-declaration", { path, start: token.startOffset, end: endOf(token) }, { word, keyword });
  return make(keywords[keyword], word, token.startOffset);
}

function meant(word: string, before?: IToken, next?: IToken, third?: IToken): Keyword | undefined {
  if (is(next, t.LCurly)) return choose(word, ["import"]);
  // A name may end what comes before an import.
  if (!is(next, t.Word) || is(next, keywords.import)) return undefined;
  if (is(third, t.LCurly)) return choose(word, declarations);
  if (is(third, t.LParen)) return choose(word, ["rpc"]);
  return before === undefined ? choose(word, ["package"]) : undefined;
}

function choose(word: string, candidates: readonly Keyword[]): Keyword | undefined {
  const synonym = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
  if (synonym !== undefined && candidates.includes(synonym)) return synonym;
  return nearest(word, candidates) as Keyword | undefined;
}

// Types that nest too deep

/** The end of the type that begins at an index, where that type nests too deep; the index itself otherwise. */
function deepTypeAt(tokens: readonly IToken[], index: number): number {
  if (!is(tokens[index], t.Word) || !is(tokens[index + 1], t.LAngle, t.LSquare)) return index;
  /** Of each open `<`: the deepest type before the last comma. */
  const open: number[] = [];
  let height = 0;
  let deepest = 0;
  let end = index;
  for (; is(tokens[end], t.Word, t.LAngle, t.RAngle, t.LSquare, t.RSquare, t.Comma, t.Question); end++) {
    const token = tokens[end];
    if (is(token, t.LAngle)) {
      open.push(0);
      height = 0;
    } else if (is(token, t.Comma)) {
      if (open.length === 0) break;
      open.push(Math.max(open.pop()!, height));
      height = 0;
    } else if (is(token, t.RAngle)) {
      if (open.length === 0) break;
      height = Math.max(open.pop()!, height) + 1;
    } else if (is(token, t.RSquare)) {
      height++;
    } else if (is(token, t.Word) && open.length === 0 && end > index) {
      break;
    }
    deepest = Math.max(deepest, open.length + height);
  }
  return deepest > deepestType ? end : index;
}

function deepType(first: IToken, last: IToken, { path, text, report }: Tokens): IToken {
  const start = first.startOffset;
  const end = endOf(last);
  report("type-too-deep", { path, start, end }, { limit: deepestType });
  return make(t.DeepType, text.slice(start, end), start);
}
