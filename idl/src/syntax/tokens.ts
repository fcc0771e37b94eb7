/**
 * The tokens of the language. The lexer never fails: whatever is no token of the language is one of the
 * `Unknown`, `BadName`, `BadNumber` and `Unterminated...` tokens, which the parser meets like any other.
 */
import { createToken, Lexer, type IToken, type TokenType } from "chevrotain";

/** Every token there is, so that a grammar rule can pass over any of them. */
export const Any = createToken({ name: "Any", pattern: Lexer.NA });

const token = (name: string, label: string, pattern: RegExp, ...categories: TokenType[]): TokenType =>
  createToken({ name, label, pattern, categories: [Any, ...categories] });

/** What may stand where a name is expected: identifiers and keywords. */
export const Word = createToken({ name: "Word", label: "a name", pattern: Lexer.NA, categories: Any });
export const Numeric = createToken({
  name: "Numeric",
  label: "a number",
  pattern: Lexer.NA,
  categories: Any,
});
export const Text = createToken({ name: "Text", label: "a string", pattern: Lexer.NA, categories: Any });

// White space outside ASCII is left out of names, so that it is reported as what it is.
const foreign =
  "$\\u00a1-\\u167f\\u1681-\\u1fff\\u2010-\\u2027\\u2030-\\u205e\\u2070-\\u2fff\\u3001-\\ufefe\\uff00-\\uffff";
/** A name with a character that names may not have: `größe`, `user-id`. */
export const BadName = token(
  "BadName",
  "a name",
  new RegExp(`\\w*(?:[${foreign}]|-(?=[A-Za-z_]))(?:[\\w${foreign}]|-(?=[A-Za-z_]))*`),
  Word,
);
export const Identifier = createToken({
  name: "Identifier",
  label: "a name",
  pattern: /[A-Za-z_]\w*/,
  categories: [Any, Word],
  longer_alt: BadName,
});

const keyword = (text: string): TokenType =>
  createToken({
    name: text[0]!.toUpperCase() + text.slice(1),
    label: `\`${text}\``,
    pattern: new RegExp(text),
    categories: [Any, Word],
    longer_alt: [BadName, Identifier],
  });

export const keywords = {
  package: keyword("package"),
  import: keyword("import"),
  as: keyword("as"),
  from: keyword("from"),
  const: keyword("const"),
  enum: keyword("enum"),
  message: keyword("message"),
  union: keyword("union"),
  error: keyword("error"),
  service: keyword("service"),
  rpc: keyword("rpc"),
  stream: keyword("stream"),
  throws: keyword("throws"),
  reserved: keyword("reserved"),
  map: keyword("map"),
  true: keyword("true"),
  false: keyword("false"),
} as const;

export type Keyword = keyof typeof keywords;

/** Whether a text is a keyword of the language. */
export const isKeyword = (text: string): text is Keyword => Object.hasOwn(keywords, text);

const digits = "(?:0|[1-9]\\d*)";
const exponent = "[eE][+-]?\\d+";
export const Duration = token(
  "Duration",
  "a duration",
  new RegExp(`[+-]?${digits}(?:\\.\\d+)?(?:${exponent})?(?:ms|s|m|h)(?!\\w)`),
  Numeric,
);
const Float = token(
  "Float",
  "a number",
  new RegExp(`[+-]?${digits}(?:\\.\\d+(?:${exponent})?|${exponent})(?!\\w)`),
  Numeric,
);
export const Integer = token(
  "Integer",
  "a number",
  new RegExp(`[+-]?(?:0[xX][\\da-fA-F]+|${digits})(?!\\w)`),
  Numeric,
);
/** Starts with a digit and is no number: `1id`, `0x`, `007`. */
export const BadNumber = token("BadNumber", "a number", /[+-]?\d\w*(?:\.\d\w*)?/, Numeric);

const QuotedString = token("QuotedString", "a string", /"(?:[^"\\\n\r]|\\[^\n\r])*"/, Text);
export const UnterminatedString = token(
  "UnterminatedString",
  "a string",
  /"(?:[^"\\\n\r]|\\[^\n\r])*\\?/,
  Text,
);
export const SingleQuoted = token("SingleQuoted", "a string", /'(?:[^'\\\n\r]|\\[^\n\r])*'/, Text);

export const AnnotationName = token("AnnotationName", "an annotation", /@[A-Za-z_]\w*/);

export const Arrow = token("Arrow", "`->`", /->/);
export const DotDot = token("DotDot", "`..`", /\.\./);
export const Dot = token("Dot", "`.`", /\./);
export const LCurly = token("LCurly", "`{`", /\{/);
export const RCurly = token("RCurly", "`}`", /\}/);
export const LParen = token("LParen", "`(`", /\(/);
export const RParen = token("RParen", "`)`", /\)/);
export const LAngle = token("LAngle", "`<`", /</);
export const RAngle = token("RAngle", "`>`", />/);
export const LSquare = token("LSquare", "`[`", /\[/);
export const RSquare = token("RSquare", "`]`", /\]/);
export const Comma = token("Comma", "`,`", /,/);
export const Semicolon = token("Semicolon", "`;`", /;/);
export const Colon = token("Colon", "`:`", /:/);
export const Question = token("Question", "`?`", /\?/);
export const Equals = token("Equals", "`=`", /=/);

/** Stands for a type that nests too deep, whose tokens were taken out before parsing. */
export const DeepType = createToken({
  name: "DeepType",
  label: "a type",
  pattern: Lexer.NA,
  categories: Any,
});

/** A run of characters that begin no token. */
export const Unknown = token("Unknown", "a character", /[!#%&*\\^`|~]+|[\u0000-\uffff]/);

const comment = (name: string, pattern: RegExp): TokenType =>
  createToken({ name, pattern, group: "comments", line_breaks: true });

export const DocComment = comment("DocComment", /\/\/\/(?!\/)[^\n\r]*/);
export const LineComment = comment("LineComment", /\/\/[^\n\r]*/);
export const BlockComment = comment("BlockComment", /\/\*[^]*?\*\//);
export const UnterminatedComment = comment("UnterminatedComment", /\/\*[^]*/);

const WhiteSpace = createToken({
  name: "WhiteSpace",
  pattern: /[ \t\n\r\ufeff]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

/** All tokens, in the order in which the lexer tries them. */
export const tokens: TokenType[] = [
  WhiteSpace,
  DocComment,
  LineComment,
  BlockComment,
  UnterminatedComment,
  ...Object.values(keywords),
  Identifier,
  Duration,
  Float,
  Integer,
  BadNumber,
  BadName,
  QuotedString,
  UnterminatedString,
  SingleQuoted,
  AnnotationName,
  Arrow,
  DotDot,
  Dot,
  LCurly,
  RCurly,
  LParen,
  RParen,
  LAngle,
  RAngle,
  LSquare,
  RSquare,
  Comma,
  Semicolon,
  Colon,
  Question,
  Equals,
  Unknown,
  Any,
  Word,
  Numeric,
  Text,
  DeepType,
];

const lexer = new Lexer(tokens, { positionTracking: "onlyOffset", ensureOptimizations: true });

/** The tokens of a text, and beside them its comments; both in source order. */
export function tokenize(text: string): { tokens: IToken[]; comments: IToken[] } {
  const { tokens, groups } = lexer.tokenize(text);
  return { tokens, comments: groups["comments"] ?? [] };
}

/** The offset after a token's last character. */
export const endOf = (token: IToken): number => token.startOffset + token.image.length;
