/** Every diagnostic there is: its stable code, its severity, what it says and what it advises. */
import {
  advise,
  chain,
  didYouMean,
  errorFieldSuggestion,
  goRemedies,
  importAdvice,
  prefixed,
  type Suggestion,
  type Unknown,
  withArticle,
} from "./wording.ts";

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

export const messages = {
  // Characters and tokens
  "bad-name": error<{ name: string; suggestion: string }>(
    ({ name }) => `\`${name}\` is no name: names consist of ASCII letters, digits and \`_\``,
    ({ suggestion }) => (suggestion === "" ? undefined : `call it \`${suggestion}\``),
  ),
  "unknown-character": error<{ character: string }>(
    ({ character }) => `\`${character}\` is not part of the language`,
    () => "remove it",
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
  "bad-string": error(
    () => "this string holds one half of a pair of surrogates, which is no character",
    () => "write both halves: `\\ud83d\\ude00`",
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
    ({ separator }) =>
      `\`${separator}\` does not belong here: nothing stands between declarations, fields or rpcs`,
    () => "remove it",
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
  "too-many-diagnostics": error<{ limit: number; read: boolean }>(
    ({ limit, read }) =>
      `${limit} mistakes: ${read ? "the others are not shown" : "the rest of the file was not read"}`,
    () => "correct those above first",
  ),

  // Layout
  "annotation-off-line": error<{ name: string }>(
    ({ name }) => `\`@${name}\` does not stand on the line of the field it belongs to`,
    () => "put it behind its field, on the same line",
  ),
  "annotation-on-line-of-another": error<{ name: string }>(
    ({ name }) =>
      `\`@${name}\` stands on the line of another declaration, and belongs to the one that follows`,
    () => "put it on a line of its own",
  ),
  "doc-behind-code": error(
    () => "a doc comment stands before what it describes, on a line of its own",
    () => "put it on the line above, or write `//` for a comment that is not carried over",
  ),
  "dangling-doc": warning(
    () => "this doc comment describes nothing",
    () => "put it right before a declaration, a field, an enum value or an rpc, or write `//`",
  ),

  // Files and imports
  "missing-package": error(
    () => "the file says no package",
    () => "begin it with `package name.v1`",
  ),
  "package-not-first": error(
    () => "the package stands before everything else",
    () => "move it to the top of the file",
  ),
  "duplicate-package": error(
    () => "a file has one package",
    () => "remove this one",
  ),
  "bad-import-path": error<{ specifier: string }>(
    () => "an import's path begins with `./` or `../` and ends with `.gorpc`",
    ({ specifier }) => importAdvice(specifier),
  ),
  "self-import": error(
    () => "a file does not import itself",
    () => "remove it: what the file declares is known in it",
  ),
  "duplicate-import": error(
    () => "this file is imported twice",
    () => "import all its names in one place",
  ),
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
  "unknown-type": error<{ name: string } & Unknown>(({ name }) => `there is no type \`${name}\``, advise),
  "not-a-type": error<{ name: string; kind: "error" | "service" | "constant" }>(
    ({ name, kind }) => `\`${name}\` is ${withArticle(kind)}, which is no type`,
    ({ kind, name }) =>
      kind === "error"
        ? `an error stands behind \`throws\`; to carry \`${name}\` as a value, declare a message`
        : undefined,
  ),
  "unknown-error": error<{ name: string } & Unknown>(({ name }) => `there is no error \`${name}\``, advise),
  "not-an-error": error<{ name: string; kind: string }>(
    ({ name, kind }) => `an rpc throws errors, and \`${name}\` is ${withArticle(kind)}`,
    ({ name }) => `declare it as \`error ${name}\``,
  ),

  // Declared names
  "duplicate-name": error<{ name: string; what: string }>(
    ({ name, what }) => `\`${name}\` is the name of another ${what}`,
    () => "rename one of the two",
  ),
  "keyword-name": error<{ name: string; what: string; suggestion: string }>(
    ({ name, what }) => `\`${name}\` is ${what}, and cannot be declared or imported under this name`,
    ({ suggestion }) => `rename it, to \`${suggestion}\` say`,
  ),
  "derived-name-clash": error<{ name: string; owner: string; what: string; other: string }>(
    ({ name, what, other }) => `\`${name}\` would be both ${other} and ${what}`,
    ({ owner }) => `rename \`${owner}\` or the other`,
  ),
  "duplicate-full-name": error<{ fullName: string; path: string }>(
    ({ fullName, path }) => `\`${fullName}\` is declared in \`${path}\` too`,
    () => "rename one of the two, or give the files different packages",
  ),

  // Numbers and what is reserved
  "missing-number": error<{ what: string; name: string; next: () => number }>(
    ({ what, name }) => `${what} \`${name}\` has no number`,
    ({ name, next }) => `the number comes first: \`${next()} ${name}\``,
  ),
  "duplicate-number": error<{ number: number; other: string; next: () => number }>(
    ({ number, other }) => `${number} is the number of \`${other}\` already`,
    ({ next }) => `${next()} is free`,
  ),
  "bad-number-range": error<{ what: string; range: string }>(
    ({ what, range }) => `the number of ${what} is a whole number from ${range}`,
  ),
  "protobuf-number": error<{ from: number; to: number }>(
    ({ from, to }) => `the numbers ${from} to ${to} are protobuf's own`,
    ({ to }) => `take one below, or from ${to + 1} on`,
  ),
  "reserved-number": error<{ number: number; next: () => number }>(
    ({ number }) => `the number ${number} is reserved`,
    ({ next }) => `${next()} is free`,
  ),
  "reserved-name": error<{ name: string }>(
    ({ name }) => `the name \`${name}\` is reserved`,
    () => "rename it, or take the name out of `reserved` if it means what it did",
  ),
  "reserved-twice": error<{ what: string }>(
    ({ what }) => `${what} is reserved already`,
    () => "remove it",
  ),
  "backward-range": error<{ from: string; to: string }>(
    () => "this range ends before it begins",
    ({ from, to }) => `write \`${to}..${from}\``,
  ),

  // Enums, messages, unions and errors
  "enum-without-zero": error<{ name: string }>(
    ({ name }) => `enum \`${name}\` has no value 0, which is what a field has that was not sent`,
    () => "begin it with `0 UNKNOWN`, say",
  ),
  "enum-zero-not-first": error<{ name: string }>(
    ({ name }) => `an enum begins with its value 0, and \`${name}\` is not its first`,
    () => "move it to the top",
  ),
  "empty-union": error<{ name: string }>(
    ({ name }) => `union \`${name}\` has no members`,
    () => "add one: a union holds exactly one of its members",
  ),
  "union-member-unknown": error(
    () => "`unknown` is the kind of members that a newer schema has",
    () => "rename it",
  ),
  "error-field-name": error<{ name: string }>(
    ({ name }) => `every error has a \`${name}\` of its own in TypeScript`,
    ({ name }) => `rename the field, to \`${errorFieldSuggestion(name)}\` say`,
  ),
  "json-name-clash": error<{ name: string; json: string; other: string }>(
    ({ name, json, other }) => `in JSON \`${json}\` would be both \`${other}\` and \`${name}\``,
    () => "give one of the two another `@json` name",
  ),
  endless: error<{ name: string; path: readonly string[]; unions: boolean }>(
    ({ name, path }) => `\`${name}\` would never end: it needs ${path.length === 1 ? "itself" : chain(path)}`,
    ({ unions }) =>
      unions ? "add a member that is none of these" : "make one of these fields optional with `?`, or a list",
  ),

  // Services
  "rpc-name-clash": error<{ name: string; local: string; other: string }>(
    ({ name, local, other }) => `in TypeScript both \`${other}\` and \`${name}\` are \`${local}\``,
    () => "rename one of the two",
  ),
  "rpc-name": error<{ name: string; local: string; what: string }>(
    ({ name, local, what }) => `in TypeScript \`${name}\` is \`${local}\`, which is ${what}`,
    ({ name }) => `rename it, to \`Do${name.charAt(0).toUpperCase()}${name.slice(1)}\` say`,
  ),
  "rpc-name-without-letter": error<{ name: string }>(
    ({ name }) => `no TypeScript name can be made of \`${name}\``,
    () => "begin it with a letter",
  ),
  "duplicate-throws": error<{ name: string }>(
    ({ name }) => `\`${name}\` is thrown already`,
    () => "remove it",
  ),

  // Go
  "go-name": error<{ name: string; go: string; annotated: boolean }>(
    ({ name, go }) =>
      go === ""
        ? `on the Go side nothing is left of \`${name}\``
        : `on the Go side \`${name}\` is \`${go}\`, which cannot be reached from outside`,
    ({ annotated }) =>
      annotated
        ? 'give it a name that begins with a capital letter: `@go("Name")`'
        : "rename it: on the Go side a name begins with a letter",
  ),
  "go-name-clash": error<{ go: string; what: string; other: string; remedy: keyof typeof goRemedies }>(
    ({ go, what, other }) => `on the Go side \`${go}\` would be both ${other} and ${what}`,
    ({ remedy }) => goRemedies[remedy],
  ),
  "go-duration": error<{ name: string }>(
    ({ name }) => `on the Go side \`${name}\` is out of the range of \`time.Duration\``,
    () => "the longest is 2562047h, some 292 years",
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
  "unknown-value": error<{ name: string; type: string } & Unknown>(
    ({ name, type }) => `there is no constant \`${name}\`, and no such value of \`${type}\``,
    advise,
  ),

  // Annotations
  "unknown-annotation": error<{ name: string; suggestion: Suggestion }>(
    ({ name }) => `there is no annotation \`@${name}\``,
    ({ suggestion }) => didYouMean({ suggestion: () => prefixed("@", suggestion()) }),
  ),
  "misplaced-annotation": error<{ name: string; on: string; allowed: readonly string[] }>(
    ({ name, on }) => `\`@${name}\` says nothing about ${withArticle(on)}`,
    ({ name, allowed }) => `\`@${name}\` belongs to ${allowed.map((noun) => `${noun}s`).join(", ")}`,
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
export type ParametersOf<C extends Code> =
  (typeof messages)[C] extends Message<infer P> ? ([P] extends [void] ? [] : [P]) : never;
