import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { describeModel } from "../test-cases/describe-model.ts";
import {
  diagnosticsToJson,
  formatSource,
  hasErrors,
  loadSchemas,
  type LoadResult,
  printSchema,
  renderDiagnostics,
  type SourceHost,
} from "./index.ts";
import { messages } from "./diagnostics/messages.ts";

// A new case needs no code: a schema in one of the two folders, and `vitest --update` to record what is expected.
// A first line `// go` asks for the checks of names on the Go side.
const folder = (name: string): URL => new URL(`../test-cases/${name}/`, import.meta.url);
const cases = (name: string): string[] => readdirSync(folder(name)).filter((file) => file.endsWith(".gorpc"));

function hostOf(name: string): SourceHost {
  return {
    read(path) {
      try {
        return readFileSync(new URL(path, folder(name)), "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

function load(name: string, file: string): LoadResult {
  const host = hostOf(name);
  return loadSchemas([file], host, { go: host.read(file)!.startsWith("// go\n") });
}

describe("good schemas", () => {
  it.each(cases("good"))("%s", async (file) => {
    const { files, diagnostics, sources } = load("good", file);
    expect(renderDiagnostics(diagnostics, sources, { color: false })).toBe("");
    const expected = new URL(`${basename(file, ".gorpc")}.model.txt`, folder("good"));
    await expect(describeModel(files[0]!, { sources })).toMatchFileSnapshot(expected.pathname);
  });

  it.each(cases("good"))("%s is the same model when it is formatted or printed", (file) => {
    const { files } = load("good", file);
    const model = describeModel(files[0]!);
    const host = hostOf("good");
    for (const text of [formatSource(host.read(file)!).text, printSchema(files[0]!)]) {
      const again = loadSchemas([file], { read: (path) => (path === file ? text : host.read(path)) });
      expect(hasErrors(again.diagnostics)).toBe(false);
      expect(describeModel(again.files[0]!)).toBe(model);
      expect(formatSource(text).text).toBe(text);
    }
  });
});

describe("bad schemas", () => {
  it.each(cases("bad"))("%s", async (file) => {
    const { diagnostics, sources } = load("bad", file);
    const expected = new URL(`${basename(file, ".gorpc")}.diagnostics.txt`, folder("bad"));
    await expect(renderDiagnostics(diagnostics, sources, { color: false })).toMatchFileSnapshot(
      expected.pathname,
    );
  });

  it("with twenty mistakes report the twenty, in order", () => {
    const { diagnostics, sources } = load("bad", "twenty-mistakes.gorpc");
    const lines = diagnosticsToJson(diagnostics, sources).map(({ start }) => start.line);
    expect(lines).toEqual([3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 19, 21, 24, 29, 33, 34, 34, 35, 35, 38]);
  });

  it("show every diagnostic there is", () => {
    const shown = new Set(
      cases("bad").flatMap((file) => load("bad", file).diagnostics.map(({ code }) => code)),
    );
    // Takes two hundred mistakes; it has a test of its own.
    shown.add("too-many-diagnostics");
    expect([...shown].sort()).toEqual(Object.keys(messages).sort());
  });
});
