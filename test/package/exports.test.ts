import { checkPackage, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packAll, packageNames, type Tarballs } from "./tarballs.ts";

let tarballs: Tarballs;
beforeAll(async () => {
  tarballs = await packAll();
});
afterAll(() => tarballs.remove());

describe.each(packageNames)("the exports of %s", (name) => {
  it("pass publint, suggestions included", async () => {
    const { bytes } = tarballs.byName[name];
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("resolve with their types wherever ES modules do", async () => {
    const result = await checkPackage(tarballs.byName[name].content);
    if (result.types === false) throw new Error("there are no types");
    expect(result.problems.filter((problem) => !isExpected(problem))).toEqual([]);
  });
});

/**
 * The packages are ES modules and nothing else: `moduleResolution: node10` knows no `exports`, and a
 * CommonJS file reaches them through `import()`, or `require` where Node allows it for ES modules.
 */
function isExpected(problem: Problem): boolean {
  return (
    problem.kind === "CJSResolvesToESM" ||
    (problem.kind === "NoResolution" && problem.resolutionKind === "node10")
  );
}
