import { describe, expect, it } from "vitest";
import { type Diagnostic, diagnosticsToJson, loadSchemas, renderDiagnostics } from "../index.ts";

const at = (start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: "some-code",
  severity: "error",
  message: "something is wrong",
  span: { path: "a.gorpc", start, end },
  ...more,
});

const render = (text: string, ...diagnostics: Diagnostic[]): string =>
  renderDiagnostics(diagnostics, new Map([["a.gorpc", text]]), { color: false });

describe("renderDiagnostics", () => {
  it("shows the place, underlined exactly, the remedy and the count", () => {
    const text = "package a\n\nmessage M { 1 a: strng }\n";
    const { diagnostics, sources } = loadSchemas(["a.gorpc"], { read: () => text });
    expect(renderDiagnostics(diagnostics, sources, { color: false })).toBe(
      [
        "error[unknown-type]: there is no type `strng`",
        " --> a.gorpc:3:18",
        "  |",
        "3 | message M { 1 a: strng }",
        "  |                  ^^^^^",
        "  help: did you mean `string`?",
        "",
        "1 error",
        "",
      ].join("\n"),
    );
  });

  it("is empty where there is nothing to say", () => {
    expect(render("")).toBe("");
  });

  it("counts errors and warnings", () => {
    const warning = at(0, 1, { severity: "warning" });
    expect(render("x", at(0, 1), at(0, 1), warning)).toMatch(/\n2 errors, 1 warning\n$/);
    expect(render("x", warning)).toMatch(/\n1 warning\n$/);
  });

  it("points between characters where something is missing, also at the end", () => {
    expect(render("ab", at(2, 2))).toContain("1 | ab\n  |   ^\n");
    expect(render("", at(0, 0))).toContain(" --> a.gorpc:1:1\n  |\n1 |\n  | ^\n");
  });

  it("underlines the first line of a place with several", () => {
    expect(render("a bcd\r\nef", at(2, 9))).toContain("1 | a bcd\n  |   ^^^\n");
  });

  it("aligns the underline behind tabs, and the margin with line numbers of several digits", () => {
    expect(render(`${"\n".repeat(99)}\ta\tb`, at(102, 103))).toContain(
      "   --> a.gorpc:100:4\n    |\n100 |   a  b\n    |      ^\n",
    );
  });

  it("cuts a long line around the place", () => {
    const text = `${"x".repeat(100_000)}WRONG${"y".repeat(100_000)}`;
    const output = render(text, at(100_000, 100_005));
    expect(output.length).toBeLessThan(600);
    expect(output).toMatch(/1 \| …x+WRONGy+…\n {2}\| {2,}\^{5}\n/);
    const [, source, underline] = /\| (….*)\n {2}\| ( *\^+)/.exec(output)!;
    expect(source!.slice(underline!.indexOf("^"), underline!.length)).toBe("WRONG");
  });

  it("lets no control character of a schema through to a terminal", () => {
    const { diagnostics, sources } = loadSchemas(["a.gorpc"], {
      read: () => "package a\n\u001b[31m\u202e\u0007 message \u009b5m { 1 \u001b: Type }",
    });
    expect(renderDiagnostics(diagnostics, sources, { color: false })).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
    );
  });

  it("colours for a terminal, with the same text", () => {
    const sources = new Map([["a.gorpc", "abc"]]);
    const diagnostics = [at(1, 2, { help: "do this" }), at(0, 1, { severity: "warning" })];
    const coloured = renderDiagnostics(diagnostics, sources, { color: true });
    expect(coloured).toContain("\u001b[31;1merror[some-code]\u001b[0m");
    expect(coloured).toContain("\u001b[33;1mwarning[some-code]\u001b[0m");
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(
      renderDiagnostics(diagnostics, sources, { color: false }),
    );
  });

  it("names the file where its text is not known", () => {
    expect(renderDiagnostics([at(0, 0)], new Map(), { color: false })).toBe(
      "error[some-code]: something is wrong\n  --> a.gorpc\n\n1 error\n",
    );
  });
});

describe("diagnosticsToJson", () => {
  it("gives both ends by line and column, from 1", () => {
    const text = "a\r\nbc\rd😀e\n";
    expect(diagnosticsToJson([at(4, 11, { help: "do this" })], new Map([["a.gorpc", text]]))).toEqual([
      {
        code: "some-code",
        severity: "error",
        message: "something is wrong",
        help: "do this",
        path: "a.gorpc",
        start: { line: 2, column: 2 },
        end: { line: 4, column: 1 },
      },
    ]);
  });

  it("is plain JSON", () => {
    const json = diagnosticsToJson([at(0, 1)], new Map());
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });
});
