/** Every diagnostic there is: its stable code, its severity, what it says and what it advises. */

/** A diagnostic's text, as a function of what is particular to one occurrence. */
export interface Message<P> {
  readonly severity: "error" | "warning";
  readonly text: (parameters: P) => string;
  readonly help?: ((parameters: P) => string | undefined) | undefined;
}

type Build = <P = void>(
  text: (parameters: P) => string,
  help?: (parameters: P) => string | undefined,
) => Message<P>;

const error: Build = (text, help) => ({ severity: "error", text, help });
const warning: Build = (text, help) => ({ severity: "warning", text, help });

/** A name that may have been meant; worked out only when the diagnostic is shown. */
type Suggestion = () => string | undefined;

const didYouMean = ({ suggestion }: { suggestion: Suggestion }): string | undefined => {
  const name = suggestion();
  return name === undefined ? undefined : `did you mean \`${name}\`?`;
};

const prefixed = (prefix: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : prefix + name;

const withArticle = (noun: string): string =>
  `${/^[aeiou]/.test(noun) && !noun.startsWith("uni") ? "an" : "a"} ${noun}`;

export const messages = {
  // Characters and tokens
  "bad-name": error<{ name: string; suggestion: string }>(
    ({ name }) => `\`${name}\` is no name: names consist of ASCII letters, digits and \`_\``,
    ({ suggestion }) => (suggestion === "" ? undefined : `call it \`${suggestion}\``),
  ),
  "bad-number": error<{ text: string }>(({ text }) => `\`${text}\` is no number`),
  "glued-number": error<{ number: string; name: string }>(
    ({ number, name }) => `a space must stand between \`${number}\` and \`${name}\``,
    ({ number, name }) => `write \`${number} ${name}\``,
  ),
  "unterminated-string": error(
    () => "this string does not end on its line",
    () => 'close it with `"`; a line break inside is written `\\n`',
  ),
  "single-quotes": error<{ text: string }>(
    () => "strings stand in double quotes",
    ({ text }) => `write \`${text}\``,
  ),
  "bad-escape": error<{ escape: string }>(
    ({ escape }) => `\`${escape}\` is no escape sequence`,
    () =>
      'the escapes are `\\"` `\\\\` `\\/` `\\b` `\\f` `\\n` `\\r` `\\t` and `\\u` with four hexadecimal digits',
  ),
  "unterminated-comment": error(
    () => "this comment does not end",
    () => "close it with `*/`",
  ),

  // Syntax
  "unexpected-token": error<{ expected: string; found: string; help?: string | undefined }>(
    ({ expected, found }) => `expected ${expected}, found ${found}`,
    ({ help }) => help,
  ),
  "missing-close": error<{ opener: string }>(({ opener }) => `\`}\` is missing: ${opener} is not closed`),
  "stray-separator": error<{ separator: string }>(
    ({ separator }) => `no \`${separator}\` stands here: declarations, fields and rpcs are not separated`,
    () => "remove it",
  ),
  "missing-number": error<{ what: string; name: string; next: number }>(
    ({ what, name }) => `${what} \`${name}\` has no number`,
    ({ name, next }) => `the number comes first: \`${next} ${name}\``,
  ),
  "nested-declaration": error<{ what: string }>(
    ({ what }) => `${what} is declared inside another declaration`,
    () => "declarations do not nest: move it to the top level of the file",
  ),
  "unknown-declaration": error<{ word: string; keyword: string }>(
    ({ word }) => `\`${word}\` starts no declaration`,
    ({ keyword }) => `did you mean \`${keyword}\`?`,
  ),
  "foreign-syntax": error<{ text: string; help: string }>(
    ({ text }) => text,
    ({ help }) => help,
  ),
  "type-too-deep": error<{ limit: number }>(
    ({ limit }) => `this type nests more than ${limit} levels deep`,
    () => "put a message in between",
  ),
  "too-many-diagnostics": error<{ limit: number }>(
    ({ limit }) => `more than ${limit} mistakes: the rest of the file was not read`,
    () => "correct those above first",
  ),

  // Files and imports
  "file-not-found": error<{ path: string }>(({ path }) => `there is no file \`${path}\``),
  "unknown-import": error<{ name: string; path: string; suggestion: Suggestion }>(
    ({ name, path }) => `\`${path}\` declares no \`${name}\``,
    didYouMean,
  ),
  "imported-service": error<{ name: string }>(
    ({ name }) => `\`${name}\` is a service: types, errors and constants are imported, services are not`,
    () => "remove it",
  ),

  "unused-import": warning<{ name: string }>(
    ({ name }) => `\`${name}\` is imported and not used`,
    () => "remove it",
  ),

  // What names mean
  "unknown-type": error<{ name: string; suggestion: Suggestion }>(
    ({ name }) => `there is no type \`${name}\``,
    didYouMean,
  ),
  "not-a-type": error<{ name: string; kind: "error" | "service" | "constant" }>(
    ({ name, kind }) => `\`${name}\` is ${kind === "error" ? "an error" : `a ${kind}`}, which is no type`,
    ({ kind, name }) =>
      kind === "error"
        ? `an error stands behind \`throws\`; to carry \`${name}\` as a value, declare a message`
        : undefined,
  ),
  "unknown-error": error<{ name: string; suggestion: Suggestion }>(
    ({ name }) => `there is no error \`${name}\``,
    didYouMean,
  ),
  "not-an-error": error<{ name: string; kind: string }>(
    ({ name, kind }) => `an rpc throws errors, and \`${name}\` is a ${kind}`,
    ({ name }) => `declare it as \`error ${name}\``,
  ),

  // Types
  "misplaced-optional": error(
    () => "only a field can be optional",
    () =>
      "remove the `?`; a list or map that may hold nothing in a place holds a message with an optional field",
  ),
  "bad-map-key": error(
    () => "this cannot be the key of a map",
    () => "the keys of a map are integers, `bool` or `string`",
  ),

  // Constants
  "bad-constant-type": error(
    () => "there are no constants of this type",
    () => "a constant is a bool, a string, a number, a duration or a value of an enum",
  ),
  "constant-mismatch": error<{ expected: string; found: string }>(
    ({ expected, found }) => `this constant is of type \`${expected}\`, and ${found} is not`,
  ),
  "constant-out-of-range": error<{ text: string; type: string }>(
    ({ text, type }) => `${text} is out of the range of \`${type}\``,
  ),
  "constant-cycle": error<{ path: string }>(({ path }) => `this constant has no value: \`${path}\``),
  "unknown-value": error<{ name: string; type: string; suggestion: Suggestion }>(
    ({ name, type }) => `there is no constant \`${name}\`, and no such value of \`${type}\``,
    didYouMean,
  ),

  // Annotations
  "unknown-annotation": error<{ name: string; suggestion: Suggestion }>(
    ({ name }) => `there is no annotation \`@${name}\``,
    ({ suggestion }) => didYouMean({ suggestion: () => prefixed("@", suggestion()) }),
  ),
  "misplaced-annotation": error<{ name: string; on: string; allowed: readonly string[] }>(
    ({ name, on }) => `\`@${name}\` says nothing about ${withArticle(on)}`,
    ({ name, allowed }) => `\`@${name}\` belongs to ${allowed.map(withArticle).join(", ")}`,
  ),
  "duplicate-annotation": error<{ name: string }>(({ name }) => `\`@${name}\` stands here twice`),
  "bad-annotation": error<{ name: string; usage: string }>(
    ({ name }) => `this is not what \`@${name}\` takes`,
    ({ usage }) => `write \`${usage}\``,
  ),
  "unknown-code": error<{ code: string; suggestion: Suggestion }>(
    ({ code }) => `there is no status code \`${code}\``,
    didYouMean,
  ),
  "bad-timeout": error<{ limit: number }>(
    ({ limit }) => `a timeout is longer than 0 and at most ${limit} ms`,
  ),
} as const satisfies Record<string, Message<never>>;

/** The stable name of a diagnostic. */
export type Code = keyof typeof messages;

/** What a code's message needs to know: nothing, or one object. */
export type Parameters<C extends Code> =
  (typeof messages)[C] extends Message<infer P> ? ([P] extends [void] ? [] : [P]) : never;
