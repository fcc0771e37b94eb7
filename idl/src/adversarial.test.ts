import { describe, expect, it } from "vitest";
import { formatSource, hasErrors, loadSchemas, renderDiagnostics } from "./index.ts";

/** Repeats a part to about a size. */
const repeat =
  (size: number) =>
  (part: string | ((index: number) => string), before = "", after = ""): string => {
    const parts: string[] = [before];
    for (let index = 0, length = 0; length < size; index++) {
      const next = typeof part === "string" ? part : part(index);
      parts.push(next);
      length += next.length;
    }
    return parts.join("") + after;
  };

const megabyte = repeat(1_000_000);
const smaller = repeat(100_000);

const head = "package a.v1\n";
const field = `${head}message M { 1 f: `;

const megabytes: Record<string, string> = {
  "characters that are none, between names": megabyte("a#"),
  quotes: megabyte('"'),
  "doc comments": megabyte("///\n"),
  "opening braces": megabyte("{"),
  "nested maps": megabyte("map<string, ", field),
  "nested lists": megabyte("[]", `${field}int`),
  "nested messages": megabyte("message M { 1 a: int "),
  annotations: megabyte("@a "),
  "fields of one number": megabyte("1 a: int\n", `${head}message M {\n`, "}"),
  "messages that contain the next": megabyte(
    (index) => `message M${index} { 1 next: M${index + 1} }\n`,
    head,
  ),
  "constants that refer to the next": megabyte((index) => `const C${index}: int = C${index + 1}\n`, head),
  words: megabyte("word "),
};

const others: Record<string, string> = {
  "random characters": smaller((index) => String.fromCharCode((index * 7919) % 0xd800)),
  "one character that is none": smaller("#"),
  "an endless name": smaller("a"),
  "an endless name with a letter outside ASCII": smaller("aä"),
  "hyphens in a name": smaller("a-"),
  "an endless number": smaller("1", `${head}const A: int64 = `),
  "an endless hexadecimal number": smaller("f", `${head}const A: int64 = 0x`),
  "dots between numbers": smaller("1."),
  signs: smaller("+-"),
  "an endless string": smaller("\\n", `${head}const A: string = "`, '"'),
  "a string that does not end": smaller("\\", `${head}const A: string = "`),
  "single quotes": smaller("'"),
  "bad escapes": smaller("\\q", `${head}const A: string = "`, '"'),
  "comments that do not end": smaller("/*"),
  "empty comments": smaller("/**/"),
  slashes: smaller("/ "),
  "doc comments behind code": smaller("a /// b\n"),
  "doc comments of a message": smaller("/// text\n", head, "message M {}"),
  "carriage returns": smaller("\r"),
  "closing braces": smaller("}"),
  "opening angles": smaller("<"),
  "nested maps, closed": `${field}${"map<string,".repeat(5_000)}int${">".repeat(5_000)} }`,
  "nested generic types": smaller("Array<", field),
  "optional and optional": smaller("?", `${field}int`),
  "types one level too deep": smaller(
    (index) => `${index + 1} f: int${"[]".repeat(33)}\n`,
    `${head}message M {\n`,
    "}",
  ),
  "nested messages, each further in": smaller((index) => `${" ".repeat(index % 500)}message M {\n`),
  "messages without an end": smaller("message M {\n"),
  "messages without a name": smaller("message {}"),
  "misspelled messages": smaller("mesage M {}\n"),
  "annotations with arguments": smaller('@a("b", 1) '),
  "annotations behind a field": smaller("@sensitive ", `${field}int `),
  "annotations without an end": smaller("@a(1, "),
  separators: smaller(",;"),
  "a package with many parts": smaller(".a", "package a"),
  packages: smaller("package a.v1\n"),
  "imports of nothing": smaller('import {} from "./a.gorpc"\n', head),
  "an import of many names": smaller((index) => `A${index}, `, `${head}import { `, '} from "./b.gorpc"'),
  "fields of an unknown type": smaller(
    (index) => `${index + 1} f${index}: Unknown${index}\n`,
    `${head}message M {\n`,
    "}",
  ),
  "fields in one line": smaller((index) => `${index + 1} f${index}: int `, `${head}message M {`, "}"),
  "fields without numbers": smaller((index) => `f${index}: int\n`, `${head}message M {\n`, "}"),
  "reserved numbers that overlap": smaller("reserved 1..5\n", `${head}message M {\n`, "}"),
  "reserved numbers, and all of them used": `${head}message M {\n${Array.from({ length: 3_000 }, (_, index) => `${index + 1} f${index}: int\nreserved ${index + 1}\n`).join("")}}`,
  "messages that contain each other": `${head}${Array.from({ length: 5_000 }, (_, index) => `message M${index} { 1 next: M${(index + 1) % 5_000} }\n`).join("")}`,
  "messages that all contain one": smaller((index) => `message M${index} { 1 next: M0 }\n`, head),
  "constants that refer to each other": `${head}${Array.from({ length: 5_000 }, (_, index) => `const C${index}: int = C${(index + 1) % 5_000}\n`).join("")}`,
  "unions of themselves": smaller((index) => `union U${index} { 1 u: U${index} }\n`, head),
  enums: smaller((index) => `enum E${index} { 0 A }\n`, head),
  "values of one enum": smaller((index) => `${index} A${index}\n`, `${head}enum E {\n`, "}"),
  "rpcs of one name": smaller("rpc A()\n", `${head}service S {\n`, "}"),
  rpcs: smaller((index) => `rpc A${index}() throws E\n`, `${head}error E {}\nservice S {\n`, "}"),
  "errors thrown twice": smaller(", E", `${head}error E {}\nservice S { rpc A() throws E`, "}"),
  services: smaller((index) => `service S${index} {}\n`, head),
  "the same service": smaller("service S {}\n", head),
  "rpc bodies": smaller("rpc A() { x } ", `${head}service S {`, "}"),
  "words in lines": smaller("word\n"),
  keywords: smaller("message enum union error service const import package rpc reserved "),
  "keywords at the margin": smaller("message\nenum\nunion\nerror\nservice\nconst\nimport\npackage\nrpc\n"),
};

// The time is bounded by the test's: what takes longer than in proportion to the text takes minutes.
function survive(text: string): void {
  const host = { read: (path: string) => (path === "a.gorpc" ? text : undefined) };
  const { diagnostics, sources } = loadSchemas(["a.gorpc"], host);
  expect(diagnostics.length).toBeLessThanOrEqual(201);
  expect(renderDiagnostics(diagnostics, sources, { color: true }).length).toBeLessThan(200_000);
  if (!hasErrors(diagnostics)) expect(formatSource(text).diagnostics).toEqual([]);
}

describe("a megabyte of", () => {
  it.each(Object.entries(megabytes))("%s", { timeout: 60_000 }, (_, text) => survive(text));
});

describe("a hundred kilobytes of", () => {
  it.each(Object.entries(others))("%s", { timeout: 30_000 }, (_, text) => survive(text));
});
