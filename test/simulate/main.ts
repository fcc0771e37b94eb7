/** `npm run simulate -- [options]`: prints tables, writes plots. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fleetOf } from "./fleet.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { policies, policiesByKey } from "./policies.ts";
import { described, plotsOf, resultTable } from "./report.ts";
import { simulate } from "./simulate.ts";

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const began = performance.now();
const { fleet, byKey, scenarios, plots } = optionsOrExit();
await mkdir(plots, { recursive: true });
const groups = [
  ["fleet", fleet, policies],
  ["by-key", byKey, policiesByKey],
] as const;
console.log(`The seed is ${JSON.stringify(fleet.seed)}.`);
for (const [group, shape, candidates] of groups) {
  console.log(`\n${described(shape)}.`);
  const servers = await fleetOf(shape);
  for (const scenario of scenarios) {
    const result = await simulate(servers, scenario, candidates);
    console.log(`\n${resultTable(result)}`);
    for (const [name, svg] of plotsOf(result, group)) await writeFile(join(plots, name), svg);
  }
}
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
const { maxRSS, userCPUTime } = process.resourceUsage();
console.error(
  `\n${seconds} s, ${(userCPUTime / 1e6).toFixed(0)} s of a processor; ${(maxRSS / 1024).toFixed(0)} MiB at most; plots are in ${plots}`,
);
