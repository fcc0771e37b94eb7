import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { Lines, Workspace } from "./workspace.ts";

const message = (name: string, field: string) => `message ${name} {\n  1 ${field}: string\n}\n`;
const base = `package w.base\n\n${message("Base", "id")}`;
const user = `package w.user\n\nimport { Base } from "./base.gorpc"\n\nmessage User {\n  1 base: Base\n}\n`;

it("generates again what a change reaches, and goes on through errors", async () => {
  const workspace = new Workspace({
    "schemas/base.gorpc": base,
    "schemas/user.gorpc": user,
    "schemas/alone.gorpc": `package w.alone\n\n${message("Alone", "id")}`,
  });
  const child = workspace.start("--watch", "schemas");
  const lines = new Lines(child);
  expect(await lines.until("Watching 3 schemas.")).toContain("3 files written");

  workspace.write("schemas/base.gorpc", base.replace("id", "name"));
  const changed = await lines.until("Watching 3 schemas.");
  // What imports it was generated too, and came out the same; what does not was not.
  expect(changed).toContain("written schemas/base.gorpc.ts\n1 file written, 1 file unchanged in");

  workspace.write("schemas/base.gorpc", base.replace("string", "strin"));
  expect(await lines.until("Watching 3 schemas.")).toContain("schemas/base.gorpc:4:9");
  expect(workspace.read("schemas/base.gorpc.ts")).toContain("name: string;");

  // Both changes count once the error is gone.
  workspace.write("schemas/alone.gorpc", `package w.alone\n\n${message("Alone", "changed")}`);
  await lines.until("Watching 3 schemas.");
  workspace.write("schemas/base.gorpc", base);
  const mended = await lines.until("Watching 3 schemas.");
  expect(mended).toContain("written schemas/alone.gorpc.ts");
  expect(mended).toContain("written schemas/base.gorpc.ts");

  workspace.write("schemas/more/new.gorpc", `package w.fresh\n\n${message("New", "id")}`);
  expect(await lines.until("Watching 4 schemas.")).toContain("written schemas/more/new.gorpc.ts");

  rmSync(workspace.path("schemas/base.gorpc"));
  expect(await lines.until("Watching 3 schemas.")).toContain("schemas/user.gorpc:3");

  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  expect(await closed).toBe(0);
}, 180_000);

it("watches what a named file imports", async () => {
  const workspace = new Workspace({
    "a/user.gorpc": user.replace("./base", "../b/base"),
    "b/base.gorpc": base,
  });
  const lines = new Lines(workspace.start("a/user.gorpc", "-w"));
  await lines.until("Watching 2 schemas.");
  workspace.write("b/base.gorpc", base.replace("id", "name"));
  expect(await lines.until("Watching 2 schemas.")).toContain("written b/base.gorpc.ts");
}, 180_000);

it("generates all again when the project's configuration changes", async () => {
  const workspace = new Workspace({
    "package.json": "{}",
    "app/schemas/base.gorpc": base,
    "app/schemas/user.gorpc": user,
  });
  const lines = new Lines(workspace.start("--watch", "app/schemas"));
  expect(await lines.until("Watching 2 schemas.")).toContain("2 files written");
  expect(workspace.read("app/schemas/user.gorpc.ts")).toContain('from "./base.gorpc.ts";');

  // Of a folder around the schemas; its form is not known before.
  workspace.write(".prettierrc", "semi: false\n");
  expect(await lines.until("Watching 2 schemas.")).toContain("2 files written");
  expect(workspace.read("app/schemas/user.gorpc.ts")).toContain('from "./base.gorpc.ts"\n');

  workspace.write("app/tsconfig.json", '{ "compilerOptions": { "module": "nodenext" } }');
  expect(await lines.until("Watching 2 schemas.")).toContain("1 file written, 1 file unchanged");
  expect(workspace.read("app/schemas/user.gorpc.ts")).toContain('from "./base.gorpc.js"\n');

  // A mistake is waited out.
  workspace.write(".prettierrc", "semi: {\n");
  expect(await lines.until("Watching 2 schemas.")).toContain("Prettier configuration");
  rmSync(workspace.path(".prettierrc"));
  expect(await lines.until("Watching 2 schemas.")).toContain("2 files written");
  expect(workspace.read("app/schemas/user.gorpc.ts")).toContain('from "./base.gorpc.js";');
}, 180_000);

it("sees the configuration of another output folder", async () => {
  const workspace = new Workspace({ "package.json": "{}", "schemas/base.gorpc": base, "web/out/.keep": "" });
  const lines = new Lines(workspace.start("--watch", "schemas", "--out", "web/out"));
  await lines.until("Watching 1 schema.");
  workspace.write("web/.prettierrc.json", '{ "tabWidth": 4 }');
  expect(await lines.until("Watching 1 schema.")).toContain("1 file written");
  expect(workspace.read("web/out/base.gorpc.ts")).toContain("\n    id: string;");
}, 180_000);
