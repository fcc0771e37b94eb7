/** `npm run soak -- [--seconds N] [--servers N] [--registry KIND] [--seed S]`: prints what happened; ends with 1 where something must not have. */
import { parseArgs } from "node:util";
import { findings } from "./findings.ts";
import { type RegistryKind, registryKinds } from "./registry.ts";
import { soak, type SoakReport } from "./soak.ts";

const usage = `npm run soak -- [options]
  --seconds <n>  how long, from 10; 300 without it
  --servers <n>  processes that serve, from 2 to 100; 3 without it
  --registry <k> embedded or etcd, which must be installed; embedded without it
  --seed <text>  what the calls and the faults follow from; drawn and printed without it`;

interface Options {
  readonly seconds: number;
  readonly servers: number;
  readonly registry: RegistryKind;
  readonly seed: string;
}

function readOptions(): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { seconds: text, servers: text, registry: text, seed: text } });
  const seconds = Number(values.seconds ?? 300);
  if (!(seconds >= 10)) throw new RangeError(`--seconds is ${values.seconds}: it takes a number from 10`);
  const servers = Number(values.servers ?? 3);
  if (!(Number.isInteger(servers) && servers >= 2 && servers <= 100))
    throw new RangeError(`--servers is ${values.servers}: it takes an integer from 2 to 100`);
  const registry = registryKinds.find((kind) => kind === (values.registry ?? "embedded"));
  if (registry === undefined)
    throw new RangeError(`--registry is ${values.registry}: it takes ${registryKinds.join(" or ")}`);
  return { seconds, servers, registry, seed: values.seed ?? Math.random().toString(36).slice(2, 8) };
}

function print(report: SoakReport): void {
  const section = (title: string, counts: Readonly<Record<string, number>>): void => {
    console.log(`\n${title}`);
    for (const [name, count] of Object.entries(counts).sort())
      console.log(`  ${count.toLocaleString("en-US").padStart(10)}  ${name}`);
  };
  section("Faults", report.faults);
  section("Calls", report.counts);
  console.log(
    `\nAll servers were registered ${Math.round(report.reregistered)} ms after the registry was back`,
  );
  console.log("\nProcesses at rest");
  for (const { bytes, peak, handles } of report.rests) {
    const inMiB = (value: number): string => `${(value / 1024 / 1024).toFixed(1)} MiB`;
    console.log(`  ${handles}: ${inMiB(bytes)} more than at its start, ${inMiB(peak)} at most`);
  }
}

function fail(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

let options;
try {
  options = readOptions();
} catch (error) {
  fail((error as Error).message);
}
const { seconds, servers, registry, seed } = options;
console.log(`The seed is ${seed}: --seed ${seed} makes the same calls and the same faults again.`);
const began = performance.now();
const report = await soak({
  seed,
  onPhase: (what) =>
    console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${what}`),
  restarts: seconds * 200,
  outage: seconds * 200,
  storm: seconds * 450,
  calm: seconds * 150,
  servers,
  registry,
  callers: 3,
  atOnce: 16,
});
print(report);
const found = findings(report);
console.log(found.length === 0 ? "\nAll that must hold holds." : `\nFOUND\n${found.join("\n")}`);
process.exitCode = found.length === 0 ? 0 : 1;
