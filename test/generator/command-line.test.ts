import { statSync, symlinkSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { Workspace } from "./workspace.ts";

// Each run is a process that loads a compiler.
vi.setConfig({ testTimeout: 60_000 });

const money = "package shop.money\n\nmessage Money {\n  1 units: int64\n}\n";
const order = `package shop.orders

import { Money } from "./money.gorpc"

message Order {
  1 total: Money
}
`;
const wrong = "package shop.wrong\n\nmessage Wrong {\n  1 id: strin\n}\n";

describe("gorpc-gen", () => {
  it("writes beside each schema, and only what differs", async () => {
    const workspace = new Workspace({ "order.gorpc": order, "money.gorpc": money });
    const first = await workspace.run("order.gorpc", "money.gorpc");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(
      /^written money\.gorpc\.ts\nwritten order\.gorpc\.ts\n2 files written in \d+\.\d\d s\.\n$/,
    );
    expect(workspace.files()).toEqual(["money.gorpc", "money.gorpc.ts", "order.gorpc", "order.gorpc.ts"]);
    expect(workspace.read("order.gorpc.ts")).toContain(
      'import { type Money, Money$ } from "./money.gorpc.ts";',
    );

    const before = statSync(workspace.path("money.gorpc.ts"));
    workspace.write("order.gorpc", order.replace("total", "sum"));
    const second = await workspace.run(".");
    expect(second.stdout).toMatch(/^written order\.gorpc\.ts\n1 file written, 1 file unchanged in/);
    const after = statSync(workspace.path("money.gorpc.ts"));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it("writes nothing where any schema is wrong", async () => {
    const workspace = new Workspace({ "money.gorpc": money, "wrong.gorpc": wrong });
    const { code, stdout, stderr } = await workspace.run(".");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Nothing written in/);
    expect(stderr).toContain("wrong.gorpc:4:9");
    expect(stderr).toContain("string");
    expect(stdout + stderr).not.toContain("\u001b[");
    expect(workspace.files()).toEqual(["money.gorpc", "wrong.gorpc"]);
  });

  it("writes imported schemas too, and all under --out in the places they have to each other", async () => {
    const workspace = new Workspace({
      "api/v1/order.gorpc": order.replace("./money", "../../common/money"),
      "common/money.gorpc": money,
    });
    const { code } = await workspace.run("api/v1/order.gorpc", "--out", "src/generated");
    expect(code).toBe(0);
    expect(workspace.files().filter((path) => path.endsWith(".ts"))).toEqual([
      "src/generated/api/v1/order.gorpc.ts",
      "src/generated/common/money.gorpc.ts",
    ]);
    expect(workspace.read("src/generated/api/v1/order.gorpc.ts")).toContain(
      'from "../../common/money.gorpc.ts"',
    );
  });

  it("imports the runtime as it is told to", async () => {
    const workspace = new Workspace({ "order.gorpc": order, "money.gorpc": money });
    expect((await workspace.run("order.gorpc", "--runtime-import", "../index.ts")).code).toBe(0);
    for (const file of ["order.gorpc.ts", "money.gorpc.ts"])
      expect(workspace.read(file)).toContain('import * as rpc from "../index.ts";\n');
    expect((await workspace.run("--check", "order.gorpc", "--runtime-import", "../index.ts")).code).toBe(0);
    expect((await workspace.run("--check", "order.gorpc")).code).toBe(1);
  });

  it("tells results as JSON", async () => {
    const workspace = new Workspace({ "money.gorpc": money, "wrong/wrong.gorpc": wrong });
    const good = await workspace.run("money.gorpc", "--format", "json");
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(good.stdout)).toMatchObject({
      diagnostics: [],
      files: [{ path: "money.gorpc.ts", status: "written" }],
    });
    const bad = await workspace.run("wrong", "--format=json");
    expect(bad).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(bad.stdout)).toMatchObject({
      diagnostics: [{ severity: "error", code: expect.any(String) as string, path: "wrong/wrong.gorpc" }],
      files: [],
    });
  });

  it("checks: fails with a diff where a file is out of date, and leaves it", async () => {
    const workspace = new Workspace({ "money.gorpc": money });
    await workspace.run(".");
    expect(await workspace.run("--check", ".")).toMatchObject({ code: 0, stderr: "" });

    workspace.write("money.gorpc", money.replace("units", "cents"));
    workspace.write("new.gorpc", money);
    const generated = workspace.read("money.gorpc.ts");
    const { code, stdout } = await workspace.run("--check", ".");
    expect(code).toBe(1);
    expect(stdout).toContain("--- money.gorpc.ts\n+++ money.gorpc.ts (expected)\n@@");
    expect(stdout).toContain("\n-  units: bigint;\n+  cents: bigint;\n");
    expect(stdout).toContain("out of date money.gorpc.ts\n");
    expect(stdout).toContain("out of date new.gorpc.ts\n");
    expect(workspace.read("money.gorpc.ts")).toBe(generated);
    expect(workspace.files()).toEqual(["money.gorpc", "money.gorpc.ts", "new.gorpc"]);
  });

  it("lists under --dry-run what it would write", async () => {
    const workspace = new Workspace({ "money.gorpc": money });
    const { code, stdout } = await workspace.run("--dry-run", "money.gorpc");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^to be written money\.gorpc\.ts\n1 file to be written in/);
    expect(workspace.files()).toEqual(["money.gorpc"]);
  });

  it("takes globs, and paths that look like globs", async () => {
    const workspace = new Workspace({
      "a/[id].gorpc": money,
      "b/one.gorpc": money,
      "b/two.txt": "",
      "node_modules/c/three.gorpc": wrong,
    });
    symlinkSync("..", workspace.path("b/loop"));
    expect((await workspace.run("a/[id].gorpc", "**/o*.gorpc", "--out", "out")).code).toBe(0);
    expect(workspace.files().filter((path) => path.startsWith("out"))).toEqual([
      "out/a/[id].gorpc.ts",
      "out/b/one.gorpc.ts",
    ]);
  });

  it.each([
    [[], "no schema named; give a .gorpc file, a folder or a glob"],
    [["nowhere.gorpc"], "nowhere.gorpc does not exist"],
    [["empty"], "no .gorpc files found in empty"],
    [["*.gorpc"], "no .gorpc files match *.gorpc"],
    [["empty/text.txt"], "empty/text.txt is not a .gorpc file"],
    [["--chekc", "empty"], "unknown option '--chekc'\n(Did you mean --check?)"],
    [["--check", "--watch", "empty"], "'--check' cannot be used with option '-w, --watch'"],
    [["--import-extension", "mjs", "empty"], "Allowed choices are ts, js, none"],
    [["--runtime-import", "", "empty"], "It names a module, such as @gorpc/runtime or ../index.ts."],
    [["fmt"], "no schema named"],
    [["fmt", "--out", "x", "empty"], "unknown option '--out'"],
  ])("says what is wrong with %j", async (commandLine, message) => {
    const workspace = new Workspace({ "empty/text.txt": "" });
    const { code, stdout, stderr } = await workspace.run(...commandLine);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });

  it("says so where it cannot write", async () => {
    const workspace = new Workspace({ "money.gorpc": money, "money.gorpc.ts/occupied": "" });
    const { code, stderr } = await workspace.run("money.gorpc");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gorpc-gen: cannot (read|write) money\.gorpc\.ts: /);
    expect(workspace.files()).toEqual(["money.gorpc", "money.gorpc.ts/occupied"]);
  });

  it("prints its version and its help", async () => {
    const workspace = new Workspace();
    expect(await workspace.run("--version")).toMatchObject({ code: 0, stdout: "0.1.0\n" });
    const help = await workspace.run("--help");
    expect(help.code).toBe(0);
    for (const text of [
      "--out",
      "--check",
      "--watch",
      "--dry-run",
      "--import-extension",
      "--runtime-import",
      "Examples:",
      "fmt",
    ]) {
      expect(help.stdout).toContain(text);
    }
  });
});

describe("gorpc-gen fmt", () => {
  const loose = "package shop.money\nmessage Money{1 units:int64 // whole\n}";

  it("formats in place, once", async () => {
    const workspace = new Workspace({ "money.gorpc": loose });
    const first = await workspace.run("fmt", ".");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^written money\.gorpc\n1 file written in/);
    const formatted = workspace.read("money.gorpc");
    expect(formatted).toContain("  1 units: int64 // whole\n");
    expect((await workspace.run("fmt", "money.gorpc")).stdout).toMatch(/^1 file unchanged in/);
    expect(workspace.read("money.gorpc")).toBe(formatted);
  });

  it("checks without writing", async () => {
    const workspace = new Workspace({ "money.gorpc": loose });
    const { code, stdout } = await workspace.run("fmt", "--check", "money.gorpc");
    expect(code).toBe(1);
    expect(stdout).toContain("+  1 units: int64 // whole\n");
    expect(stdout).toContain("not formatted money.gorpc");
    expect(workspace.read("money.gorpc")).toBe(loose);
  });

  it("leaves a schema that does not parse, and formats the others", async () => {
    const broken = "package shop.broken\nmessage {";
    const workspace = new Workspace({ "broken.gorpc": broken, "money.gorpc": loose });
    const { code, stdout, stderr } = await workspace.run("fmt", ".");
    expect(code).toBe(1);
    expect(stderr).toContain("broken.gorpc:2:9");
    expect(stdout).toContain("written money.gorpc\n");
    expect(workspace.read("broken.gorpc")).toBe(broken);
  });
});
