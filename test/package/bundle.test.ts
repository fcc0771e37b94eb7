import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** What a program loads at its start, as an application would bundle it: the parts that wait for `import()` left out. */
async function startOf(program: string): Promise<string> {
  const resolveDir = fileURLToPath(new URL("../../runtime/src/", import.meta.url));
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir, loader: "ts" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    outdir: "/out",
    write: false,
    metafile: true,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*[\\/]/, ""), text]));
  const imports = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [path.replace(/^.*[\\/]/, ""), output.imports]),
  );
  const loaded = new Set(["stdin.js"]);
  for (const name of loaded) {
    for (const { kind, path } of imports.get(name) ?? []) {
      if (kind === "import-statement") loaded.add(path.replace(/^.*[\\/]/, ""));
    }
  }
  return [...loaded].map((name) => files.get(name) ?? "").join("\n");
}

/** Texts of the rooms that load when they are needed. */
const later = ["no other sign of life", "expect within", "CONNECT ", "/debug/rpc", "unspecified error"];

describe("Go's protocols load when they are needed", () => {
  it.each([
    ["a client", 'import { connect } from "./index.ts"; connect("tcp://h:1");', 135_000],
    ["a server", 'import { Server } from "./index.ts"; new Server();', 150_000],
  ])("%s that speaks mux does not carry them, and stays as small as it is", async (_who, program, bound) => {
    const start = await startOf(program);
    for (const text of later) expect(start).not.toContain(text);
    expect(start.length).toBeGreaterThan(bound / 2);
    expect(start.length).toBeLessThan(bound);
  });
});
