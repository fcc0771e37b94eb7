/** `npm run bench -- [--quick] [--only <part>] [--json <file>]`: measures and prints tables in Markdown. */
import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measure as measureBalancers } from "./balancers/run.ts";
import { balancersTable } from "./balancers/table.ts";
import { run as runCalls } from "./calls/run.ts";
import { callsTable } from "./calls/table.ts";
import { run as runCodec } from "./codec/run.ts";
import { codecTable } from "./codec/table.ts";
import { run as runGenerator } from "./generator/run.ts";
import { generatorTable } from "./generator/table.ts";

interface Part {
  readonly title: string;
  measure(quick: boolean): Promise<{ readonly results: unknown; readonly table: string }>;
}

const parts: Readonly<Record<string, Part>> = {
  calls: {
    title: "Unary calls over one loopback connection",
    async measure(quick) {
      const results = await runCalls({ quick });
      return { results, table: callsTable(results) };
    },
  },
  codec: {
    title: "Encoding and decoding",
    async measure(quick) {
      const results = await runCodec({ quick });
      return { results, table: codecTable(results) };
    },
  },
  balancers: {
    title: "Picking an endpoint",
    measure(quick) {
      const results = measureBalancers(quick);
      return Promise.resolve({ results, table: balancersTable(results) });
    },
  },
  generator: {
    title: "From schemas to TypeScript",
    async measure(quick) {
      const results = await runGenerator({ quick });
      return { results, table: generatorTable(results) };
    },
  },
};

const usage = `npm run bench -- [options]
  --quick          shorter runs: under a minute, for a first look
  --only <part>    one of ${Object.keys(parts).join(", ")}
  --json <file>    also writes every figure there`;

function fail(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

function readOptions(): { quick: boolean; names: readonly string[]; json: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { quick: { type: "boolean" }, only: { type: "string" }, json: { type: "string" } },
    });
    const { quick = false, only, json } = values;
    if (only !== undefined && !Object.hasOwn(parts, only)) fail(`there is no part ${JSON.stringify(only)}`);
    return { quick, names: only === undefined ? Object.keys(parts) : [only], json };
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { quick, names, json } = readOptions();
const dist = new URL("dist/", import.meta.url);
rmSync(dist, { recursive: true, force: true });
process.on("exit", () => rmSync(dist, { recursive: true, force: true }));

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
};
console.log(
  `# Benchmark\n\nNode ${machine.node}, ${machine.platform}, ${machine.cores} x ${machine.cpu}.${quick ? " Quick: too short to quote." : ""}`,
);
const results: Record<string, unknown> = {};
for (const name of names) {
  const part = parts[name]!;
  const measured = await part.measure(quick);
  results[name] = measured.results;
  console.log(`\n## ${part.title}\n\n${measured.table}`);
}
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify({ machine, quick, ...results }, undefined, 2)}\n`);
}
