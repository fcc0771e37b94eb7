import fc from "fast-check";
import { describe, expect, it } from "vitest";
import ts from "typescript";
import { docComment, docText } from "./emit-doc.ts";

describe("docText", () => {
  it("puts tags after the text", () => {
    expect(docText({ doc: "Text.", deprecated: "why", tags: ["@throws {@link NotFound}"] })).toBe(
      "Text.\n\n@throws {@link NotFound}\n@deprecated why",
    );
    expect(docText({ deprecated: "" })).toBe("@deprecated");
  });

  it("is undefined where there is nothing to say", () => {
    expect(docText({})).toBeUndefined();
    expect(docText({ doc: " \n " })).toBeUndefined();
    expect(docComment({})).toBe("");
  });
});

describe("docComment", () => {
  it("is one comment, whatever the text", () => {
    const text = fc.string({
      unit: fc.constantFrom("*", "/", "\\", "\n", "\r", "\u2028", "@", "a", " ", "`"),
    });
    fc.assert(
      fc.property(text, text, (doc, deprecated) => {
        const source = `${docComment({ doc, deprecated })}export {};`;
        const comments = ts.getLeadingCommentRanges(source, 0) ?? [];
        expect(comments).toHaveLength(1);
        expect(source.slice(comments[0]!.end).trim()).toBe("export {};");
      }),
    );
  });
});
