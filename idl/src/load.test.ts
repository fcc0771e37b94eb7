import { describe, expect, it } from "vitest";
import {
  hasErrors,
  loadSchemas,
  type LoadOptions,
  type LoadResult,
  type Message,
  SchemaLoader,
} from "./index.ts";

/** Loads files from memory, `main.gorpc` unless other entries are named. */
function load(files: Record<string, string>, entries = ["main.gorpc"], options?: LoadOptions): LoadResult {
  const host = { read: (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined) };
  return loadSchemas(entries, host, options);
}

const codes = ({ diagnostics }: LoadResult): string[] => diagnostics.map(({ code }) => code);

describe("loadSchemas", () => {
  it("gives the entries in the order given, then what they import", () => {
    const files = {
      "b/main.gorpc": 'package b\nimport { Z } from "../shared/z.gorpc"\nmessage B { 1 z: Z }',
      "a.gorpc": 'package a\nimport { Y } from "./shared/y.gorpc"\nmessage A { 1 y: Y }',
      "shared/y.gorpc": 'package y\nimport { Z } from "./z.gorpc"\nmessage Y { 1 z: Z }',
      "shared/z.gorpc": "package z\nmessage Z {}",
    };
    const { files: loaded, diagnostics, sources } = load(files, ["b/main.gorpc", "./a.gorpc"]);
    expect(diagnostics).toEqual([]);
    expect(loaded.map(({ path }) => path)).toEqual([
      "b/main.gorpc",
      "a.gorpc",
      "shared/z.gorpc",
      "shared/y.gorpc",
    ]);
    expect([...sources.keys()]).toEqual(loaded.map(({ path }) => path));
  });

  it("loads a file once, by whatever path it is named", () => {
    const files = {
      "main.gorpc": 'package a\nimport { B } from "./x/../b.gorpc"\nmessage A { 1 b: B }',
      "b.gorpc": "package b\nmessage B {}",
    };
    const { files: loaded } = load(files, ["main.gorpc", "./main.gorpc", "x/../b.gorpc"]);
    expect(loaded.map(({ path }) => path)).toEqual(["main.gorpc", "b.gorpc"]);
    expect(loaded[0]!.imports[0]!.file).toBe(loaded[1]);
  });

  it("resolves a reference to the declaration itself, across a cycle of imports", () => {
    const { files, diagnostics } = load({
      "main.gorpc": 'package a\nimport { B as Other } from "./b.gorpc"\nmessage A { 1 b: Other? }',
      "b.gorpc": 'package b\nimport { A } from "./main.gorpc"\nmessage B { 1 a: A? }',
    });
    expect(diagnostics).toEqual([]);
    const [a, b] = files.map(({ declarations }) => declarations[0] as Message);
    expect(a!.fields[0]!.type).toEqual({ kind: "message", declaration: b });
    expect(b!.fields[0]!.type).toEqual({ kind: "message", declaration: a });
    expect(a!.fullName).toBe("a.A");
  });

  it("reports an entry that is not there, before everything else", () => {
    const { files, diagnostics } = load({ "main.gorpc": "message A {}" }, ["main.gorpc", "gone.gorpc"]);
    expect(diagnostics).toEqual([
      {
        code: "file-not-found",
        severity: "error",
        message: "there is no file `gone.gorpc`",
        span: { path: "gone.gorpc", start: 0, end: 0 },
      },
      expect.objectContaining({ code: "missing-package" }),
    ]);
    expect(files).toHaveLength(1);
  });

  it("does not take names for unknown that a lost part or a failed file may declare", () => {
    const result = load({
      "main.gorpc":
        'package a\nimport { Gone } from "./gone.gorpc"\nimport { Lost } from "./broken.gorpc"\n' +
        "define Here { 1 a: bool }\nmessage M { 1 a: Gone 2 b: Lost 3 c: Here 4 d: Nowhere }\n" +
        "const A: Level = HIGH\nenum Level { 0 LOW 1: HIGH }",
      "broken.gorpc": "package b\nmessage Fine {}\ndefine Lost { 1 a: bool }",
    });
    expect(codes(result)).toEqual([
      "file-not-found",
      "unexpected-token",
      "unknown-type",
      "unexpected-token",
      "unexpected-token",
    ]);
  });

  it("stops at two hundred mistakes, and says so at the last", () => {
    const unread = load({ "main.gorpc": `package a\nmessage M {\n${"1 :\n".repeat(300)}1 a: Unknown }` });
    expect(unread.diagnostics).toHaveLength(201);
    expect(unread.diagnostics[200]).toMatchObject({
      code: "too-many-diagnostics",
      message: "200 mistakes: the rest of the file was not read",
      span: unread.diagnostics[199]!.span,
    });
    const read = load({ "main.gorpc": `package a\nmessage M {\n${"1 a: int\n".repeat(300)}}` });
    expect(read.diagnostics).toHaveLength(201);
    expect(read.diagnostics[200]!.message).toBe("200 mistakes: the others are not shown");
  });

  it("checks names on the Go side where it is asked to", () => {
    const files = { "main.gorpc": "package a\nmessage M { 1 id: int 2 Id: int }" };
    expect(codes(load(files))).toEqual([]);
    expect(codes(load(files, undefined, { go: true }))).toEqual(["go-name-clash"]);
  });

  it("makes warnings of what does no harm", () => {
    const { diagnostics } = load({
      "main.gorpc": 'package a\nimport { B } from "./b.gorpc"\n/// Nothing.',
      "b.gorpc": "package b\nmessage B {}",
    });
    expect(diagnostics.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(hasErrors(diagnostics)).toBe(false);
  });

  it("reads files with a byte order mark and any line ends", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = [
        "\ufeff/// Doc.",
        "package a",
        "// c",
        "message A { // c",
        '1 a: int @json("b")',
        "}",
      ].join(end);
      const { files, diagnostics } = load({ "main.gorpc": text });
      expect(diagnostics).toEqual([]);
      expect(files[0]).toMatchObject({ doc: "Doc.", declarations: [{ fields: [{ json: "b" }] }] });
    }
  });
});

describe("the checks of layout", () => {
  const ok = (text: string) => expect(codes(load({ "main.gorpc": `package a\n${text}` }))).toEqual([]);
  const wrong = (code: string, text: string) =>
    expect(codes(load({ "main.gorpc": `package a\n${text}` }))).toEqual([code]);

  it("want a field's annotation on the line where the field, or its previous annotation, ends", () => {
    ok("message M { 1 a: string @sensitive 2 b: string }");
    ok('message M {\n1 a: map<string,\nstring> @json(\n"x") @sensitive\n}');
    wrong("annotation-off-line", "message M {\n1 a: string\n@sensitive\n2 b: string\n}");
    wrong("annotation-off-line", 'message M {\n1 a: string @json("x")\n@sensitive\n}');
    wrong("annotation-off-line", "enum E {\n0 A\n@deprecated\n1 B\n}");
    wrong("annotation-off-line", "union U {\n1 a: string /* a\nb */ @sensitive\n}");
  });

  it("want a leading annotation not on a line where another declaration ends", () => {
    ok("@deprecated message M {}\n@deprecated\nmessage N {}");
    ok("service S { @idempotent rpc A()\n@idempotent rpc B() }");
    wrong("annotation-on-line-of-another", "message M {} @deprecated\nmessage N {}");
    wrong("annotation-on-line-of-another", "message M {\n} @deprecated message N {}");
    wrong("annotation-on-line-of-another", "service S {\nrpc A() @idempotent\nrpc B()\n}");
  });

  it("want no code to the left of a doc comment", () => {
    ok("message M {\n/* no code */ /// Doc.\n1 a: string\n}");
    wrong("doc-behind-code", "message M { /// Doc.\n1 a: string\n}");
    wrong("doc-behind-code", "message M {\n1 a: string /// Doc.\n2 b: string\n}");
  });

  it("do not take the annotations of the next declaration for those of the last field", () => {
    wrong("missing-close", "message M {\n1 a: string\n\n@code(NOT_FOUND) @deprecated\nerror E {}");
  });
});

describe("SchemaLoader", () => {
  it("gives the same again as long as nothing changes, and what changes", () => {
    const files: Record<string, string> = {
      "main.gorpc": 'package a\nimport { B } from "./b.gorpc"\nmessage A { 1 b: B 1 c: C }',
      "b.gorpc": "package b\nmessage B { 1 id strin }",
    };
    const loader = new SchemaLoader();
    const compare = (): string[] => {
      const loaded = loader.load(["main.gorpc"], { read: (path) => files[path] });
      const { diagnostics, sources } = load(files);
      expect(loaded.diagnostics).toEqual(diagnostics);
      expect(loaded.sources).toEqual(sources);
      return codes(loaded);
    };
    const before = compare();
    expect(before.length).toBeGreaterThan(2);
    expect(compare()).toEqual(before);
    files["b.gorpc"] = "package b\nmessage B { 1 id: string }";
    expect(compare().length).toBeLessThan(before.length);
    files["main.gorpc"] = 'package a\nimport { B } from "./b.gorpc"\nmessage A { 1 b: B }';
    expect(compare()).toEqual([]);
    delete files["b.gorpc"];
    expect(compare()).toEqual(["file-not-found"]);
  });
});
