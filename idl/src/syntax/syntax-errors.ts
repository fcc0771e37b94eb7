/** Our own wording of what the parser expected and what it found. */
import { EOF, type IParserErrorMessageProvider, type IToken, tokenMatcher } from "chevrotain";
import { clip } from "../diagnostics/clip.ts";
import { endOf, Text } from "./tokens.ts";
import type { Span } from "../span.ts";
import { hasLineBreak } from "./white-space.ts";

/**
 * Makes the message of a parser's exception nothing but what was expected: the label of the token,
 * or the phrase that stands at the place in the grammar.
 */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
  buildNotAllInputParsedMessage: () => "the end of the file",
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
};

/** A token as a message quotes it. */
export function found(token: IToken): string {
  if (tokenMatcher(token, EOF)) return "the end of the file";
  if (tokenMatcher(token, Text)) return "a string";
  return `\`${clip(token.image)}\``;
}

/**
 * Where something is missing: at the token in its place, unless that stands on a later line; then right behind
 * the token before it.
 */
export function placeOfMissing(path: string, text: string, previous: IToken, next: IToken): Span {
  const behind = tokenMatcher(previous, EOF) ? 0 : endOf(previous);
  const start = tokenMatcher(next, EOF) ? text.length : next.startOffset;
  if (!tokenMatcher(next, EOF) && !hasLineBreak(text.slice(behind, start))) {
    return { path, start, end: endOf(next) };
  }
  return { path, start: behind, end: behind };
}
