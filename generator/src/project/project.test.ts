import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../usage-error.ts";
import { importExtensionFor } from "./import-extension.ts";
import { projectRoot } from "./root.ts";
import { Styles } from "./style.ts";

let folder: string;

beforeEach(() => {
  const created = mkdtempSync(join(tmpdir(), "project-"));
  folder = created;
  onTestFinished(() => rmSync(created, { recursive: true, force: true }));
});

function write(path: string, content: string | object): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
  return full;
}

describe("importExtensionFor", () => {
  it("is ts without a tsconfig, as Node runs TypeScript", () => {
    expect(importExtensionFor(folder, true)).toBe("ts");
  });

  it.each([
    [{ allowImportingTsExtensions: true, moduleResolution: "bundler", module: "esnext" }, "ts", "ts"],
    [{ rewriteRelativeImportExtensions: true, module: "nodenext" }, "ts", "ts"],
    [{ module: "nodenext" }, "js", "js"],
    [{ module: "node16" }, "js", "js"],
    [{ module: "node18" }, "js", "js"],
    [{ moduleResolution: "nodenext", module: "nodenext" }, "js", "js"],
    // A bundler takes `./money.gorpc` for the schema where that lies beside its output.
    [{ module: "esnext", moduleResolution: "bundler" }, "js", "none"],
    [{ module: "preserve" }, "js", "none"],
    [{}, "js", "none"],
  ])("follows %j: %s beside schemas, %s elsewhere", (compilerOptions, beside, elsewhere) => {
    write("tsconfig.json", { compilerOptions });
    mkdirSync(join(folder, "src/api"), { recursive: true });
    expect(importExtensionFor(join(folder, "src/api"), true)).toBe(beside);
    expect(importExtensionFor(join(folder, "src/api"), false)).toBe(elsewhere);
  });

  it("takes the nearest tsconfig, with comments and with what it extends", () => {
    write("tsconfig.json", { compilerOptions: { module: "nodenext" } });
    write("base.json", { compilerOptions: { module: "nodenext", allowImportingTsExtensions: true } });
    write("app/tsconfig.json", '{ /* why */ "extends": "../base.json", }');
    expect(importExtensionFor(join(folder, "app"), true)).toBe("ts");
    expect(importExtensionFor(folder, true)).toBe("js");
  });

  it("follows the first reference of a tsconfig that only refers to others", () => {
    write("tsconfig.json", { files: [], references: [{ path: "./tsconfig.app.json" }] });
    write("tsconfig.app.json", { compilerOptions: { module: "esnext", allowImportingTsExtensions: true } });
    expect(importExtensionFor(folder, true)).toBe("ts");
  });

  it("says which tsconfig it cannot read", () => {
    const path = write("tsconfig.json", "{ nonsense");
    expect(() => importExtensionFor(folder, true)).toThrow(UsageError);
    expect(() => importExtensionFor(folder, true)).toThrow(path);
  });
});

describe("projectRoot", () => {
  it("is the nearest repository or workspace root, else the nearest package, else the folder", () => {
    mkdirSync(join(folder, "loose/inner"), { recursive: true });
    write("packages/app/package.json", { name: "app" });
    expect(projectRoot(join(folder, "loose/inner"))).toBe(join(folder, "loose/inner"));
    expect(projectRoot(join(folder, "packages/app"))).toBe(join(folder, "packages/app"));
    write("package.json", { workspaces: ["packages/*"] });
    expect(projectRoot(join(folder, "packages/app"))).toBe(folder);
    write("packages/pnpm-workspace.yaml", "");
    expect(projectRoot(join(folder, "packages/app"))).toBe(join(folder, "packages"));
    mkdirSync(join(folder, "packages/app/.git"));
    expect(projectRoot(join(folder, "packages/app"))).toBe(join(folder, "packages/app"));
  });
});

describe("Styles", () => {
  const styleAt = async (path: string) => (await Styles.fresh()).of(join(folder, path));

  it("is the project's, with its overrides, and no plugin or parser of it", async () => {
    write("package.json", { workspaces: [] });
    write(".prettierrc", {
      singleQuote: true,
      endOfLine: "crlf",
      plugins: ["prettier-plugin-that-is-not-there"],
      overrides: [{ files: "*.gorpc.ts", options: { printWidth: 50, parser: "babel" } }],
    });
    expect(await styleAt("app/api.gorpc.ts")).toEqual({ singleQuote: true, printWidth: 50 });
  });

  it("ignores .editorconfig, and what lies above the project's root", async () => {
    write(".prettierrc", { printWidth: 40 });
    write("app/package.json", { name: "app" });
    write("app/.editorconfig", "root = true\n[*]\nindent_style = tab\n");
    expect(await styleAt("app/src/api.gorpc.ts")).toEqual({});
  });

  it("says so where the configuration cannot be read", async () => {
    write("package.json", { workspaces: [] });
    write(".prettierrc.json", "{ nonsense");
    await expect(styleAt("api.gorpc.ts")).rejects.toThrow(UsageError);
  });
});
