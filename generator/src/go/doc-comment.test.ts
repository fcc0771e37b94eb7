import { describe, expect, it } from "vitest";
import { docComment } from "./doc-comment.ts";

const comment = (doc: string) => docComment({ lead: "X is one.", doc }).slice(2).join("\n");

describe("docComment", () => {
  it("says nothing where there is nothing to say", () => {
    expect(docComment({})).toEqual([]);
    expect(docComment({ doc: " \n\n" })).toEqual([]);
  });

  it("puts the lead first, then notes, and the deprecation last, each a paragraph", () => {
    const lines = docComment({
      lead: "X is one.",
      doc: "Two\nlines.",
      notes: ["A note."],
      deprecated: "not\n new",
    });
    expect(lines.join("\n")).toBe(
      "// X is one.\n//\n// Two\n// lines.\n//\n// A note.\n//\n// Deprecated: not new",
    );
    expect(docComment({ deprecated: "" })).toEqual(["// Deprecated: Do not use."]);
  });

  // Each as gofmt leaves it; that it does is tested with gofmt, where there is one.
  it.each([
    ["a list", "- one\n  more\n* two", "//   - one\n//     more\n//   - two"],
    ["a numbered list", "1. one\n2) two", "//  1. one\n//  2. two"],
    ["a list in a paragraph", "These:\n- one", "// These:\n//\n//   - one"],
    ["a sentence that ends in a number", "It takes\n12. Or more.", "// It takes\n// 12. Or more."],
    [
      "fenced code",
      "```ts\nif (a) {\n  b();\n}\n```\nThen.",
      "//\tif (a) {\n//\t  b();\n//\t}\n//\n// Then.",
    ],
    ["a fence that never closes", "```\ncode", "//\tcode"],
    ["indented code", "    a\n\n      b\n", "//\ta\n//\n//\t  b"],
    ["code that begins as a list does", "```yaml\n- a\n```", "//\t```\n//\t- a\n//\t```"],
    ["headings", "## Use ##\nAs it is.", "// # Use\n//\n// As it is."],
    ["what Go takes for a heading", "First words\n\nThen more.", "// # First words\n//\n// Then more."],
    ["a list before code", "- one\n\n```\ncode\n```", "// - one\n//\n//\tcode"],
    ["two lists in a row", "- one\n\n1. two", "//   - one\n//\n// 1. two"],
    ["a link's definition", "[a]: https://b.c", "// a: https://b.c"],
    ["quotes of Go's own", "``a`` ''b''", '// `a` "b"'],
    ["a build constraint", "+build linux", "// `+build` linux"],
    ["characters that Go refuses", "a\u0000b\uFEFFc", "// a bc"],
    ["white space at the ends", "  a\u0085\t", "// a"],
  ])("knows %s", (_, doc, expected) => {
    expect(comment(doc)).toBe(expected);
  });

  it("writes a comment of nothing but code or a list as text: there it would be read as such", () => {
    expect(docComment({ doc: "- one\n- two" })).toEqual(["// - one", "// - two"]);
    expect(docComment({ doc: "```\na\n\n  b\n```" })).toEqual(["// a", "// b"]);
  });
});
