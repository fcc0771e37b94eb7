import { generateGo } from "@gorpc/generator";
import { hasErrors, loadSchemas, printSchema, type SchemaFile } from "@gorpc/idl";
import fc from "fast-check";
import { expect, it } from "vitest";
import { arbitrarySchema } from "../../idl/test-cases/arbitrary-schema.ts";
import { GoModule } from "../golden-runner/go.ts";
import { goVersion } from "../interop/go.ts";
import { randomDoc } from "../golden-runner/random-docs.ts";

const seed = Math.trunc(Math.random() * 2 ** 31);

/** A schema that passed the checker; undefined where it has names that are none in Go. */
function checked(schema: SchemaFile): readonly SchemaFile[] | undefined {
  const text = printSchema(schema);
  const { files, diagnostics } = loadSchemas(["a.gorpc"], { read: () => text }, { go: true });
  return hasErrors(diagnostics) ? undefined : files;
}

/** A schema whose messages have nothing but comments. */
function documented(docs: readonly string[]): SchemaFile {
  const span = { path: "docs.gorpc", start: 0, end: 0 };
  const declarations: SchemaFile["declarations"][number][] = [];
  const file: SchemaFile = { path: "docs.gorpc", package: "docs", imports: [], declarations };
  for (const [index, doc] of docs.entries()) {
    const name = `M${index}`;
    const deprecated = index % 3 === 0 ? doc : undefined;
    const shared = { doc, deprecated, span };
    declarations.push({
      kind: "message",
      ...shared,
      name,
      fullName: `docs.${name}`,
      file,
      reserved: { ranges: [], names: [] },
      fields: [
        {
          ...shared,
          name: "a",
          number: 1,
          type: { kind: "scalar", scalar: "bool" },
          optional: false,
          sensitive: index % 2 === 0,
        },
      ],
    });
  }
  return file;
}

it("is as gofmt leaves it, and compiles, whatever the schema", (context) => {
  if (goVersion() === undefined) context.skip("Go is not installed");
  const module = new GoModule();
  const schemas = fc.sample(arbitrarySchema, { numRuns: 40, seed }).flatMap((schema) => {
    const files = checked(schema);
    return files === undefined ? [] : [files];
  });
  expect(schemas.length).toBeGreaterThan(5);
  const docs = fc.sample(randomDoc, { numRuns: 400, seed });
  for (const [index, files] of [...schemas, [documented(docs)]].entries()) {
    const packageName = `schema${index}`;
    module.add(packageName, generateGo(files, { packageName }));
  }
  expect(module.gofmt(), `seed ${seed}`).toBe("");
  expect(module.vet(), `seed ${seed}`).toBe("");
}, 240_000);
