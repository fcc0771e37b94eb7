import { generate } from "@gorpc/generator";
import { loadSchemas } from "@gorpc/idl";
import { expect, it } from "vitest";
import { Workspace } from "./workspace.ts";

it("formats a large run in threads, to the same text", async () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 20 }, (_, file) => {
      const enums = Array.from({ length: 10 }, (_, index) => `enum E${index} {\n  0 ZERO\n}\n`);
      return [`file${file}.gorpc`, `package many.file${file}\n\n${enums.join("\n")}`] as const;
    }),
  );
  const workspace = new Workspace(schemas);
  expect((await workspace.run(".")).code).toBe(0);
  const { files } = loadSchemas(Object.keys(schemas), { read: (path) => schemas[path] });
  for (const { path, text } of await generate(files)) expect(workspace.read(path)).toBe(text);
}, 180_000);
