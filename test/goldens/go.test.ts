import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findCases, generateGoCase, type GoldenCase, goPackageName } from "../golden-runner/cases.ts";
import { GoModule } from "../golden-runner/go.ts";
import { goVersion } from "../interop/go.ts";

/** Without those that give nothing in any language. */
const cases = findCases().filter(({ folder, schemas }) => existsSync(join(folder, `${schemas[0]}.ts`)));
const good = fileURLToPath(new URL("../../idl/test-cases/good/", import.meta.url));

/** The schemas that the language's own tests hold for good, each a case. */
const goodCases: readonly GoldenCase[] = readdirSync(good)
  .filter((path) => path.endsWith(".gorpc"))
  .map((schema) => ({ name: `good-${schema.replace(".gorpc", "")}`, folder: good, schemas: [schema] }));

describe.each(cases)("$name", (golden) => {
  it("gives the Go that it gave before", async () => {
    const { files, diagnostics } = generateGoCase(golden);
    if (diagnostics !== "") {
      await expect(diagnostics).toMatchFileSnapshot(join(golden.folder, "go.diagnostics.txt"));
    }
    const folder = join(golden.folder, "go");
    for (const { path, text } of files) await expect(text).toMatchFileSnapshot(join(folder, path));
    const kept = existsSync(folder) ? readdirSync(folder) : [];
    const names = files.map(({ path }) => path);
    expect(kept.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("all Go", () => {
  it("is as gofmt leaves it, and compiles", (context) => {
    if (goVersion() === undefined) context.skip("Go is not installed");
    const module = new GoModule();
    for (const golden of [...cases, ...goodCases])
      module.add(goPackageName(golden), generateGoCase(golden).files);
    expect(module.gofmt()).toBe("");
    expect(module.vet()).toBe("");
  }, 240_000);
});
