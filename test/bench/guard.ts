/**
 * `npm run bench:guard [-- --update]`: ours over the floor, in one short run, compared with `guard.json`. Ratios depend little on
 * the machine, so a change for the worse is seen anywhere; it is printed and never a failure, because a busy machine shows it, too.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { run as runCalls } from "./calls/run.ts";
import { dist } from "./build.ts";
import { type Committed, type Ratios, verdict } from "./guard-verdict.ts";
import { run as runStreams } from "./streams/run.ts";

const file = new URL("guard.json", import.meta.url);

async function measure(): Promise<Ratios> {
  const calls = await runCalls(["floor", "gorpc"], { repetitions: 3, warmUp: 600, measured: 200 });
  const streams = await runStreams(["raw-socket", "gorpc"], {
    repetitions: 2,
    rounds: 2,
    warmUp: 400,
    measured: 150,
  });
  const ratios: Record<string, number> = {};
  for (const { peer, inFlight, ofFloor } of calls.rows) {
    if (peer === "gorpc") ratios[`calls/s, ${inFlight} in flight`] = ofFloor!;
  }
  for (const { peer, size, ofSocket } of streams.rows) {
    if (peer === "gorpc") ratios[`messages/s, ${size} bytes`] = ofSocket!;
  }
  return ratios;
}

process.on("exit", () => rmSync(dist, { recursive: true, force: true }));
const committed = JSON.parse(readFileSync(file, "utf8")) as Committed;
const ratios = await measure();
if (process.argv.includes("--update")) {
  const rounded = Object.fromEntries(
    Object.entries(ratios).map(([what, ratio]) => [what, Number(ratio.toFixed(3))]),
  );
  writeFileSync(file, `${JSON.stringify({ ...committed, ratios: rounded }, undefined, 2)}\n`);
}
console.log(verdict(ratios, committed).join("\n"));
