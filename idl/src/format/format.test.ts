import { describe, expect, it } from "vitest";
import { formatSource } from "../index.ts";

/** Formats a text that must not change when it is formatted again. */
function format(text: string): string {
  const { text: once, diagnostics } = formatSource(text);
  expect(diagnostics).toEqual([]);
  expect(formatSource(once).text).toBe(once);
  return once;
}

describe("formatSource", () => {
  it("aligns numbers, sets one thing in a line and sets bodies in", () => {
    expect(
      format(
        'package a.v1 message M{1 a:map< string,int [ ]>? @json( "b" ) @sensitive 10 b:string} enum E{0 A -1 B}',
      ),
    ).toBe(
      [
        "package a.v1",
        "",
        "message M {",
        '  1  a: map<string, int[]>? @json("b") @sensitive',
        "  10 b: string",
        "}",
        "",
        "enum E {",
        "  0  A",
        "  -1 B",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("keeps imports and constants together, and one blank line where there are some", () => {
    expect(
      format(
        'package a\nimport {A,B as C ,} from "./a.gorpc"\n\n\n\nimport {D} from "./d.gorpc"\nconst X:int=1\nconst Y:int=2\nmessage M{\n\n\n1 a:A\n\n\n2 b:C\n\n}',
      ),
    ).toBe(
      [
        "package a",
        "",
        'import { A, B as C } from "./a.gorpc"',
        "",
        'import { D } from "./d.gorpc"',
        "",
        "const X: int = 1",
        "const Y: int = 2",
        "",
        "message M {",
        "  1 a: A",
        "",
        "  2 b: C",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("sets annotations before their rpc, and aligns the comments behind consecutive lines", () => {
    expect(
      format(
        "package a\n@deprecated service S{@timeout( 5s ) @idempotent rpc A(int)->stream int throws E,F // one\nrpc Bcd ( ) // two\n\nrpc C() // three\n}\nerror E{}error F{}",
      ),
    ).toBe(
      [
        "package a",
        "",
        "@deprecated",
        "service S {",
        "  @timeout(5s) @idempotent",
        "  rpc A(int) -> stream int throws E, F // one",
        "  rpc Bcd()                            // two",
        "",
        "  rpc C() // three",
        "}",
        "",
        "error E {}",
        "",
        "error F {}",
        "",
      ].join("\n"),
    );
  });

  it("keeps comments where they are", () => {
    expect(
      format(
        "// top\n\n/// Doc.\npackage /* in */ a // behind\n// before\n/* multi\n   line */ message M { // open\n// first\n1 a: // broken\nint // end\n// last\n}\n// bottom",
      ),
    ).toBe(
      [
        "// top",
        "",
        "/// Doc.",
        "package /* in */ a // behind",
        "",
        "// before",
        "/* multi",
        "   line */",
        "message M { // open",
        "  // first",
        "  1 a:    // broken",
        "      int // end",
        "  // last",
        "}",
        "// bottom",
        "",
      ].join("\n"),
    );
  });

  it("keeps the line ends of the file", () => {
    expect(format("package a\r\nmessage M {\r\n1 a: int }")).toBe(
      "package a\r\n\r\nmessage M {\r\n  1 a: int\r\n}\r\n",
    );
    expect(format("package a\nmessage M {}\r\n")).toBe("package a\n\nmessage M {}\n");
  });

  it("leaves nothing of an empty text", () => {
    expect(formatSource(" \n\n").text).toBe("");
  });

  it("returns a text with mistakes as it is, with their diagnostics", () => {
    const text = "package   a\nmessage M { 1 a }";
    const { text: same, diagnostics } = formatSource(text, "shop.gorpc");
    expect(same).toBe(text);
    expect(diagnostics).toMatchObject([
      { code: "unexpected-token", span: { path: "shop.gorpc", start: 28, end: 29 } },
    ]);
  });

  it("moves no annotation that could belong to another field", () => {
    for (const text of [
      "package a\nmessage M {\n  1 id: string\n  @sensitive\n  2 password: string\n}\n",
      "package a\nmessage M {} @deprecated message N {}\n",
      "package a\nmessage M { /// Doc.\n  1 id: string\n}\n",
    ]) {
      expect(formatSource(text).text).toBe(text);
      expect(formatSource(text).diagnostics).toHaveLength(1);
    }
  });

  it("formats a schema that is wrong in its meaning only", () => {
    expect(format("message  M { 1 a: Unknown 1 b: Unknown }")).toBe(
      "message M {\n  1 a: Unknown\n  1 b: Unknown\n}\n",
    );
  });
});
