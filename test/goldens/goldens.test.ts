import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { check } from "prettier";
import { describe, expect, it } from "vitest";
import { findCases, generateCase, type GoldenCase, goldens } from "../golden-runner/cases.ts";
import { compileErrors } from "../golden-runner/compile.ts";
import { exercise, type Exports } from "../golden-runner/exercise.ts";
import { lintProblems } from "../golden-runner/lint.ts";

const cases = findCases();
const inCases = (names: (golden: GoldenCase) => readonly string[]): string[] =>
  cases
    .flatMap((golden) => names(golden).map((name) => join(golden.folder, name)))
    .filter((path) => existsSync(path));
const outputs = inCases(({ schemas }) => schemas.map((schema) => `${schema}.ts`));
const runs = inCases(() => ["run.ts"]);

describe.each(cases)("$name", (golden) => {
  it("gives what it gave before", async () => {
    const { files, diagnostics } = await generateCase(golden);
    if (diagnostics !== "") {
      await expect(diagnostics).toMatchFileSnapshot(join(golden.folder, "diagnostics.txt"));
    }
    for (const { path, text } of files) {
      const output = join(golden.folder, path);
      await expect(text).toMatchFileSnapshot(output);
      // As `prettier --check` in a project sees it.
      expect(await check(text, { filepath: output })).toBe(true);
    }
  });

  it("runs", async () => {
    const ofCase = (path: string) => path.startsWith(join(golden.folder, sep));
    for (const output of outputs.filter(ofCase)) await exercise((await import(output)) as Exports);
    for (const run of runs.filter(ofCase)) await import(run);
  });
});

describe("all outputs", () => {
  it("compile under the strictest options", () => {
    expect(compileErrors([...outputs, ...runs])).toEqual([]);
  }, 180_000);

  it("are clean under a linter's recommended rules", async () => {
    expect(await lintProblems(outputs, goldens)).toEqual([]);
  }, 180_000);
});
