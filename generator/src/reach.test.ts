import { loadSchemas, type SchemaFile } from "@gorpc/idl";
import { expect, it } from "vitest";
import { reachedBy, withImports } from "./reach.ts";

/** Schemas by name, each with the names of those that it imports; `a` and `b` import each other. */
const imports = { a: ["b"], b: ["a", "c"], c: [], d: ["c"], e: [] };
const sources = Object.fromEntries(
  Object.entries(imports).map(([name, imported]) => {
    const lines = imported.map((other) => `import { M${other} } from "./${other}.gorpc"`);
    const fields = imported.map((other, index) => `  ${index + 1} ${other}: M${other}?`);
    return [`${name}.gorpc`, [`package ${name}`, ...lines, `message M${name} {`, ...fields, "}"].join("\n")];
  }),
);
const { files } = loadSchemas(Object.keys(sources), { read: (path) => sources[path] });
const names = (some: readonly SchemaFile[]) => some.map(({ path }) => path.replace(".gorpc", "")).join("");

it("finds what a change reaches", () => {
  const reached = (changed: string) => names(reachedBy((path) => changed.includes(path.charAt(0)), files));
  expect(["a", "b", "c", "d", "e", "de", ""].map(reached)).toEqual(["ab", "ab", "abcd", "d", "e", "de", ""]);
});

it("finds all that some schemas import, in the order of their paths", () => {
  const withAll = (path: string) => names(withImports(files.filter((file) => file.path === path)));
  expect(["a.gorpc", "d.gorpc", "e.gorpc"].map(withAll)).toEqual(["abc", "cd", "e"]);
});
