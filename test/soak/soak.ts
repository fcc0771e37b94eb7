import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "../bundle.ts";
import { type Base, CallerSlot, ServerSlot, type Slot } from "./fleet.ts";
import { judge, type Verdict } from "./oracle.ts";
import type { Rest } from "./process.ts";
import { linesOf, type Outcome } from "./record.ts";
import {
  type FailingRegistry,
  registered,
  registryAt,
  type RegistryKind,
  startRegistry,
} from "./registry.ts";
import { type Fault, restartsOf, stormOf } from "./schedule.ts";
import { isStarved, type Stall, Stalls, timeStalled } from "./stalls.ts";
import { rage } from "./storm.ts";

export interface SoakOptions {
  readonly seed: string;
  readonly registry: RegistryKind;
  /** Times in ms: of graceful restarts alone, then without a registry, then of all other faults, then of none. */
  readonly restarts: number;
  readonly outage: number;
  readonly storm: number;
  readonly calm: number;
  readonly servers: number;
  readonly callers: number;
  /** Calls at a time, of each caller. */
  readonly atOnce: number;
  /** Told what begins. */
  readonly onPhase?: (what: string) => void;
}

export interface SoakReport extends Verdict {
  /** How many faults of each kind there were. */
  readonly faults: Readonly<Record<string, number>>;
  /** What each process holds when all is over. */
  readonly rests: readonly Rest[];
  /** After the registry was back, empty: until all servers were registered again, in ms, without the time that a process had no processor. */
  readonly reregistered: number;
}

/** In ms after the last fault: by then everybody has found everybody again. */
const recovery = 2_500;
/** For servers to find the registry that is back, in ms. */
const patience = 60_000;

function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Runs a fleet under faults that follow from a seed, and judges what its processes wrote down. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const folder = await mkdtemp(join(tmpdir(), "gorpc-soak-"));
  const registry = await startRegistry(options.registry);
  const slots: Slot[] = [];
  // The network in front of the servers is this process.
  const own: Stall[] = [];
  const stalls = new Stalls((stall) => own.push(stall));
  try {
    const script = await bundle(new URL("process.ts", import.meta.url), "soak");
    const { seed, atOnce } = options;
    const base: Base = { script, seed, folder, atOnce, kind: options.registry, registry: registry.url };
    return await runFleet(base, registry, options, slots, own);
  } finally {
    stalls.stop();
    await Promise.all(slots.map((slot) => slot.kill()));
    await registry.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runFleet(
  base: Base,
  registry: FailingRegistry,
  options: SoakOptions,
  slots: Slot[],
  own: readonly Stall[],
): Promise<SoakReport> {
  const servers = Array.from({ length: options.servers }, (_, i) => new ServerSlot(base, `server-${i}`));
  const callers = Array.from({ length: options.callers }, (_, i) => new CallerSlot(base, `caller-${i}`));
  slots.push(...servers, ...callers);
  const { onPhase = () => {} } = options;
  await Promise.all(servers.map((slot) => slot.start()));
  await Promise.all(callers.map((slot) => slot.start()));

  onPhase("graceful restarts");
  const restarts = restartsOf(options.restarts, options);
  await Promise.all([rage(restarts, servers, callers), sleep(options.restarts)]);
  onPhase("no registry");
  await registry.kill();
  await sleep(options.outage);
  await registry.startAgain();
  const backAt = clock();
  const took = await registered(registryAt(base.kind, base.registry), "soak", servers.length, patience);
  onPhase("faults of every kind");
  const stormBegan = clock();
  const storm = stormOf(options.seed, options.storm, options);
  await rage(storm, servers, callers);
  onPhase("no faults");
  const recovered = clock() + recovery;
  await sleep(recovery + options.calm);

  onPhase("the end");
  const rests = await Promise.all(callers.map((slot) => slot.rest()));
  rests.push(...(await Promise.all(servers.map((slot) => slot.rest()))));
  await Promise.all(servers.map((slot) => slot.end()));
  // A machine that gives its processes no processor for a while is a fault, too.
  const starved = [...slots.flatMap(stallsOf), ...own].filter(isStarved);
  const isOverlapped = (from: number, to: number): boolean =>
    starved.some((stall) => stall.from < to && stall.to > from);
  const verdict = judge({
    outcomes: callers
      .flatMap(({ files }) => files.flatMap(linesOf))
      .map((line) => JSON.parse(line) as Outcome),
    runs: servers.flatMap(({ files }) => files.flatMap(linesOf)),
    isCalm: (from, to) => (to < stormBegan || from > recovered) && !isOverlapped(from, to),
  });
  const reregistered = took - timeStalled(starved, backAt, backAt + took);
  const faults = { ...tally([...restarts, ...storm]), "process without a processor": starved.length };
  return { ...verdict, faults, rests, reregistered };
}

function stallsOf({ stallsFiles }: Slot): Stall[] {
  return stallsFiles.flatMap(linesOf).map((line) => JSON.parse(line) as Stall);
}

function tally(faults: readonly Fault[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
