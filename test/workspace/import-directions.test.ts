import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, run } from "../run.ts";

const config = join(root, ".ci/import-directions.cjs");

/** An import that breaks a rule: from, to, and the rule that must say so. */
const wrong: readonly [from: string, to: string, rule: string][] = [
  ["runtime/src/codec/cycle-a.ts", "runtime/src/codec/cycle-b.ts", "no-cycle"],
  ["idl/src/check/a.ts", "idl/src/check/missing.ts", "no-unresolved"],
  ["idl/src/a.ts", "generator/src/index.ts", "idl-stands-alone"],
  ["generator/src/a.ts", "runtime/src/index.ts", "generator-over-idl"],
  ["generator/src/b.ts", "idl/src/a.ts", "packages-by-their-index"],
  ["examples/a.ts", "runtime/src/codec/a.ts", "packages-by-their-index"],
  ["runtime/src/codec/b.ts", "undeclared", "runtime-has-no-dependencies"],
  ["generator/src/c.ts", "undeclared", "declared-dependencies-only"],
  ["runtime/src/codec/g.ts", "runtime/src/codec/peer.fixture.ts", "tests-stay-apart"],
  ["runtime/src/bytes/a.ts", "runtime/src/codec/a.ts", "runtime-bytes"],
  ["runtime/src/schema/a.ts", "runtime/src/codec/a.ts", "runtime-schema"],
  ["runtime/src/codec/c.ts", "runtime/src/protocol/a.ts", "runtime-codec"],
  ["runtime/src/gob/a.ts", "runtime/src/protocol/a.ts", "runtime-gob"],
  ["runtime/src/transport/a.ts", "runtime/src/codec/a.ts", "runtime-transport"],
  ["runtime/src/protocol/b.ts", "runtime/src/server/a.ts", "runtime-protocol"],
  ["runtime/src/protocol/mux/frames/a.ts", "runtime/src/protocol/mux/output/a.ts", "mux-frames"],
  ["runtime/src/protocol/mux/output/b.ts", "runtime/src/protocol/mux/streams/a.ts", "mux-output"],
  ["runtime/src/protocol/mux/streams/b.ts", "runtime/src/protocol/mux/calls/a.ts", "mux-streams"],
  ["runtime/src/protocol/mux/calls/b.ts", "runtime/src/protocol/mux/a.ts", "mux-calls"],
  ["runtime/src/client/a.ts", "runtime/src/server/a.ts", "runtime-client"],
  ["runtime/src/server/b.ts", "runtime/src/balancer/a.ts", "runtime-server"],
  ["runtime/src/registry/a.ts", "runtime/src/balancer/a.ts", "runtime-registry"],
  ["runtime/src/registry/b.ts", "runtime/src/registry/etcd/a.ts", "runtime-stands-without-etcd"],
  ["runtime/src/balancer/b.ts", "runtime/src/server/a.ts", "runtime-balancer"],
  ["runtime/src/testing/a.ts", "runtime/src/balancer/a.ts", "runtime-testing"],
  ["runtime/src/health/a.ts", "runtime/src/server/a.ts", "runtime-services-above-the-index"],
  ["runtime/src/health/a.gorpc.ts", "runtime/src/codec/a.ts", "runtime-services-above-the-index"],
  ["runtime/src/reflection/a.ts", "runtime/src/health/b.ts", "runtime-services-above-the-index"],
  ["runtime/src/index.ts", "runtime/src/health/c.ts", "runtime-stands-without-its-services"],
  ["runtime/src/index.ts", "runtime/src/testing/c.ts", "runtime-stands-without-its-services"],
  ["runtime/src/server/c.ts", "runtime/src/reflection/b.ts", "runtime-server"],
  ["runtime/src/observation/a.ts", "runtime/src/logging/a.ts", "runtime-observation"],
  ["runtime/src/logging/b.ts", "runtime/src/metrics/a.ts", "runtime-logging"],
  ["runtime/src/metrics/b.ts", "runtime/src/logging/a.ts", "runtime-metrics"],
  ["runtime/src/opentelemetry/a.ts", "runtime/src/balancer/a.ts", "runtime-opentelemetry"],
  ["runtime/src/opentelemetry/b.ts", "undeclared", "runtime-opentelemetry-needs-its-peer-alone"],
  ["runtime/src/metrics/c.ts", "@opentelemetry/api", "runtime-has-no-dependencies"],
  ["runtime/src/errors.ts", "runtime/src/codec/a.ts", "runtime-foundations-lowest"],
  ["runtime/src/codec/d.ts", "runtime/src/index.ts", "nothing-imports-an-index"],
  ["runtime/src/health/b.gorpc.ts", "runtime/src/health/d.ts", "generated-code-on-the-runtime"],
  ["examples/a.gorpc.ts", "examples/plain.ts", "generated-code-on-the-runtime"],
];

/** Imports that break none. */
const right: readonly [from: string, to: string][] = [
  ["generator/src/d.ts", "idl/src/index.ts"],
  ["generator/src/e.ts", "declared"],
  ["examples/b.ts", "runtime/src/registry/index.ts"],
  ["examples/b.ts", "runtime/src/registry/etcd/index.ts"],
  ["runtime/src/registry/etcd/b.ts", "runtime/src/registry/c.ts"],
  ["examples/b.gorpc.ts", "runtime/src/index.ts"],
  ["runtime/src/health/e.ts", "runtime/src/index.ts"],
  ["runtime/src/health/e.ts", "runtime/src/health/f.gorpc.ts"],
  ["runtime/src/health/f.gorpc.ts", "runtime/src/index.ts"],
  ["runtime/src/client/b.ts", "runtime/src/registry/resolver.ts"],
  ["runtime/src/codec/e.ts", "runtime/src/bytes/b.ts"],
  ["runtime/src/protocol/mux/streams/c.ts", "runtime/src/protocol/mux/handshake.ts"],
  ["runtime/src/protocol/mux/b.ts", "runtime/src/protocol/mux/calls/c.ts"],
  ["runtime/src/testing/b.ts", "runtime/src/server/a.ts"],
  ["runtime/src/index.ts", "runtime/src/client/c.ts"],
  ["runtime/src/opentelemetry/c.ts", "@opentelemetry/api"],
  ["runtime/src/logging/c.ts", "runtime/src/observation/b.ts"],
  ["runtime/src/codec/f.test.ts", "runtime/src/server/a.ts"],
];

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

let folder: string;
let violations: readonly Violation[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-imports-"));
  await plant();
  const output = await run(
    process.execPath,
    [
      join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
      ...["--config", config, "--output-type", "json", "idl", "generator", "runtime", "examples"],
    ],
    { folder, ignoreExitCode: true },
  );
  violations = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a small repository that holds all these imports. */
async function plant(): Promise<void> {
  const texts = new Map<string, string>();
  const add = (file: string, text: string): Map<string, string> =>
    texts.set(file, (texts.get(file) ?? "") + text);
  for (const [from, to] of [...wrong, ...right]) {
    const local = to.endsWith(".ts");
    const target = local ? `${"../".repeat(from.split("/").length - 1)}${to}` : to;
    add(from, `import "${from.includes("/") && local ? target : to}";\n`);
    if (local && !to.includes("missing")) add(to, "export {};\n");
  }
  add("runtime/src/codec/cycle-b.ts", 'import "./cycle-a.ts";\n');
  // Types may refer to each other: no cycle.
  add("runtime/src/schema/type-a.ts", 'import type { B } from "./type-b.ts";\nexport type A = B[];\n');
  add("runtime/src/schema/type-b.ts", 'import type { A } from "./type-a.ts";\nexport type B = A | 1;\n');
  add("tsconfig.json", "{}");
  add("package.json", JSON.stringify({ name: "planted", type: "module" }));
  add("generator/package.json", JSON.stringify({ name: "generator", dependencies: { declared: "1" } }));
  for (const name of ["declared", "undeclared", "@opentelemetry/api"]) {
    add(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    add(`node_modules/${name}/index.js`, "");
  }
  for (const [file, text] of texts) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

function brokenBy(from: string, to: string): string[] {
  return violations
    .filter((violation) => violation.from === from && isSame(violation.to, to))
    .map((violation) => violation.rule.name);
}

/** The tool names a package by its main file, and what it cannot find as it was written. */
function isSame(found: string, to: string): boolean {
  return found === to || found === `node_modules/${to}/index.js` || found.endsWith(to);
}

describe("the import directions", () => {
  it.each(wrong)("find %s -> %s", (from, to, rule) => {
    expect(brokenBy(from, to)).toContain(rule);
  });

  it.each(right)("allow %s -> %s", (from, to) => {
    expect(brokenBy(from, to)).toEqual([]);
  });

  it("allow types to refer to each other", () => {
    expect(violations.filter(({ from }) => from.includes("/type-"))).toEqual([]);
  });

  it("have a planted import for each rule", () => {
    const { forbidden } = createRequire(import.meta.url)(config) as { forbidden: { name: string }[] };
    expect(new Set(wrong.map(([, , rule]) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)));
  });
});
