/** `npm run bench -- [options]`: measures and prints tables in Markdown. */
import { rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { goVersion } from "../interop/go.ts";
import { dist } from "./build.ts";
import { callsChart } from "./calls/chart.ts";
import { contenders } from "./contenders.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { versionsOf } from "./packages.ts";
import { parts } from "./parts.ts";

function optionsOrEnd(): Options {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== undefined) return options;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const options = optionsOrEnd();
rmSync(dist, { recursive: true, force: true });
process.on("exit", () => rmSync(dist, { recursive: true, force: true }));

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
};
const warning = options.plan === "quick" ? " Quick: too short to quote." : "";
console.log(
  `# Benchmark\n\nNode ${machine.node}, ${machine.platform}, ${machine.cores} x ${machine.cpu}.${warning}`,
);

const results: Record<string, unknown> = {};
for (const name of options.parts) {
  const part = parts[name]!;
  const { names, skipped } = contenders(part.peers, options.peers);
  if (names.length === 0 && Object.keys(part.peers).length > 0) {
    console.log(`\n## ${part.title}\n\nNot measured: ${skipped.join(", ") || "none of these peers"}.`);
    continue;
  }
  const versions = versionsOf([...new Set(names.flatMap((peer) => part.peers[peer]!.packages))]);
  if (names.some((peer) => peer.startsWith("go-"))) versions.push(goVersion()!);
  const { results: figures, table, calls } = await part.measure(options.plan, names, options.conditions);
  results[name] = { versions, skipped, figures };
  console.log(`\n## ${part.title}\n\n${table}`);
  if (versions.length > 0) console.log(`\nVersions: ${versions.join(", ")}.`);
  if (skipped.length > 0) console.log(`\nNot measured: ${skipped.join(", ")}.`);
  if (calls !== undefined && options.chart !== undefined) {
    writeFileSync(options.chart, callsChart(calls, machine));
  }
}
if (options.json !== undefined) {
  const report = { machine, date: new Date().toISOString(), plan: options.plan, ...results };
  writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
