import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrarySchema } from "../test-cases/arbitrary-schema.ts";
import { describeModel } from "../test-cases/describe-model.ts";
import {
  formatSource,
  hasErrors,
  loadSchemas,
  type LoadResult,
  printSchema,
  renderDiagnostics,
} from "./index.ts";

const folder = new URL("../test-cases/good/", import.meta.url);
const schemas = readdirSync(folder)
  .filter((name) => name.endsWith(".gorpc"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

const load = (text: string): LoadResult =>
  loadSchemas(["a.gorpc"], { read: (path) => (path === "a.gorpc" ? text : undefined) });

function modelOf(text: string): string {
  const { files, diagnostics, sources } = load(text);
  if (hasErrors(diagnostics)) throw new Error(renderDiagnostics(diagnostics, sources, { color: false }));
  return describeModel(files[0]!);
}

/** What takes the place of white space in a text, without changing what it means. */
const between = fc.constantFrom(" ", "  ", "\t", " /* c */ ");
const betweenLines = fc.constantFrom(
  "\n",
  "\r\n",
  "\n\n",
  "\n\n\n",
  " // c\n",
  "\n// c\n",
  "\n  /* c */\n",
  "\n/* c\nd */\n",
);

/** Other white space and comments in a text: within lines, and between lines. */
function disguise(text: string, inner: readonly string[], outer: readonly string[]): string {
  let next = 0;
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/\/.*|\n\s*|[ \t]+/g, (part) => {
    if (/^["/]/.test(part)) return part;
    const choices = part.startsWith("\n") ? outer : inner;
    return choices[next++ % choices.length]!;
  });
}

const disguised = fc
  .tuple(
    arbitrarySchema,
    fc.array(between, { minLength: 5, maxLength: 20 }),
    fc.array(betweenLines, { minLength: 5, maxLength: 20 }),
  )
  .map(([schema, inner, outer]) => disguise(printSchema(schema), inner, outer));

describe("a model", () => {
  it("comes back from its print", () => {
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        expect(modelOf(printSchema(schema))).toBe(describeModel(schema));
      }),
      { numRuns: 100 },
    );
  });

  it("is printed as the formatter has it", () => {
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        const text = printSchema(schema);
        expect(formatSource(text)).toEqual({ text, diagnostics: [] });
      }),
      { numRuns: 30 },
    );
  });
});

describe("formatting", () => {
  it("keeps the model, and every comment", () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const formatted = formatSource(text).text;
        expect(modelOf(formatted)).toBe(modelOf(text));
        const comments = (source: string) => source.match(/\/\/ c|\/\* c/g)?.length;
        expect(comments(formatted)).toBe(comments(text));
      }),
      { numRuns: 100 },
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const once = formatSource(text).text;
        expect(formatSource(once).text).toBe(once);
      }),
      { numRuns: 100 },
    );
  });
});

/** Whatever the text: diagnostics within it, in order, and no exception. */
function survive(text: string): void {
  const { diagnostics, sources } = load(text);
  let last = 0;
  for (const { span, code } of diagnostics) {
    expect(span.start).toBeGreaterThanOrEqual(last);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(code).not.toBe("");
    last = span.start;
  }
  renderDiagnostics(diagnostics, sources, { color: true });
  const formatted = formatSource(text);
  if (hasErrors(formatted.diagnostics)) expect(formatted.text).toBe(text);
  else expect(formatSource(formatted.text).text).toBe(formatted.text);
  if (!hasErrors(diagnostics)) expect(modelOf(formatted.text)).toBe(modelOf(text));
}

const pieces = [
  ..."{}()<>[],;:?=@./+-\"'\\#| \n\t".split(""),
  ..."package import as from const enum message union error service rpc stream throws reserved map true".split(
    " ",
  ),
  ...[
    "int",
    "string",
    "A",
    "b",
    "0",
    "1",
    "2",
    "1.5",
    "5s",
    "->",
    "..",
    "///",
    "//",
    "/*",
    "*/",
    "\r\n",
    '"x"',
    "@json",
    "ä",
    "😀",
    "\ud83d",
  ],
];

describe("any text", () => {
  it("of random characters gives diagnostics", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), survive), { numRuns: 300 });
  });

  it("of pieces of the language gives diagnostics", () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(" "));
    const glued = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(fc.property(fc.oneof(soup, glued), survive), { numRuns: 400 });
  });

  it("that was a good schema gives diagnostics", () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(...schemas),
        fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.oneof(fc.constant(""), fc.constantFrom(...pieces))), {
          minLength: 1,
          maxLength: 4,
        }),
      )
      .map(([schema, edits]) =>
        edits.reduce((text, [at, length, piece]) => {
          const start = at % (text.length + 1);
          return text.slice(0, start) + piece + text.slice(start + length);
        }, schema),
      );
    fc.assert(fc.property(mutated, survive), { numRuns: 300 });
  });
});
