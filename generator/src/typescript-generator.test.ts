import { loadSchemas, SchemaLoader } from "@gorpc/idl";
import { expect, it } from "vitest";
import { generate } from "./index.ts";
import { TypeScriptGenerator } from "./typescript-generator.ts";

const start = {
  "far.gorpc": `package far

message Far {
  1 id: string
}

enum Color {
  0 RED
  1 BLUE
}

error Gone {
  1 id: string
}
`,
  "near.gorpc": `package near

import { Far } from "./far.gorpc"

message Near {
  1 far: Far
}
`,
  "main.gorpc": `package main

import { Color, Gone } from "./far.gorpc"
import { Near } from "./near.gorpc"

const COLOR: Color = BLUE
const ZERO: float64 = 0

message Main {
  1 near: Near
}

service Mains {
  rpc Get(Color) -> Main throws Gone
}
`,
};

/** From what, to what; each on top of those before. */
const edits: readonly (readonly [keyof typeof start, string, string])[] = [
  ["main.gorpc", "1 near: Near", "1 near: Near?"],
  ["main.gorpc", "1 near: Near?", "1 near: Near"],
  ["main.gorpc", "= 0", "= -0.0"],
  // Now `Main`, two imports away, cannot be without what it requires.
  [
    "far.gorpc",
    "  1 id: string\n}\n\nenum",
    "  2 either: Either\n}\n\nunion Either {\n  1 id: string\n}\n\nenum",
  ],
  ["far.gorpc", "1 BLUE", "7 BLUE"],
  ["far.gorpc", "package far", "package further"],
  // Now all carry docs.
  ["far.gorpc", "enum Color", "/// Of the sky.\nenum Color"],
  ["near.gorpc", "message Near", "/// Nearby.\nmessage Near"],
];

it("generates again what it would generate afresh, after edits anywhere", async () => {
  const loader = new SchemaLoader();
  const generator = new TypeScriptGenerator();
  const sources: Record<string, string> = { ...start };
  const host = { read: (path: string) => sources[path] };
  const seen = new Set<string>();
  const compare = async () => {
    const { files, diagnostics } = loader.load(Object.keys(start), host);
    expect(diagnostics).toEqual([]);
    const texts = await generator.generate(files);
    expect(texts).toEqual(await generate(loadSchemas(Object.keys(start), host).files));
    seen.add(texts.map(({ text }) => text).join(""));
  };
  await compare();
  for (const [path, before, after] of edits) {
    expect(sources[path]).toContain(before);
    sources[path] = sources[path]!.replace(before, after);
    await compare();
  }
  // Each edit but the second, which takes the first back, gives something new.
  expect(seen.size).toBe(edits.length);
});

it("tells apart targets of one schema", async () => {
  const { files } = loadSchemas(["near.gorpc", "far.gorpc"], {
    read: (path) => start[path as keyof typeof start],
  });
  const generator = new TypeScriptGenerator();
  const target = (folder: string) => (path: string) => ({
    path: path === "far.gorpc" ? `${folder}/${path}.ts` : `${path}.ts`,
    importExtension: "js" as const,
    style: { semi: folder === "a" },
  });
  for (const folder of ["a", "b"]) {
    const [near] = await generator.generate(files, { target: target(folder) });
    expect(near!.text).toContain(`from "./${folder}/far.gorpc.js"`);
    expect(near!.text.includes(";\n")).toBe(folder === "a");
  }
});
