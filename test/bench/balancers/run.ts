import {
  type Balancer,
  consistentHash,
  leastInFlight,
  maglev,
  p2c,
  peakEwma,
  random,
  roundRobin,
  slowStart,
  weightedRoundRobin,
  zoneAware,
} from "@gorpc/runtime/balancer";
import { median } from "../statistics.ts";
import { callsTo, type Fleet, fleetOf } from "./fleet.ts";

interface Keyed {
  readonly key: string;
}

const balancers: readonly Balancer[] = [
  random(),
  roundRobin(),
  weightedRoundRobin(),
  leastInFlight(),
  p2c(),
  peakEwma(),
  zoneAware("a"),
  slowStart(p2c()),
  consistentHash(({ key }: Keyed) => key),
  maglev(({ key }: Keyed) => key),
];

const sizes = [3, 100, 1_000];
/** Picks of a round, all of them in flight at its end. */
const callsOfRound = 4_096;

/** In nanoseconds: a pick, and for those that want to know it, to be told how the call ended. */
export interface Figure {
  readonly balancer: string;
  readonly endpoints: number;
  readonly pick: number;
  readonly done: number | undefined;
  /** In ms: the first pick after the list has changed. */
  readonly change: number;
}

export function measure(quick: boolean): Figure[] {
  return balancers.flatMap((balancer) => sizes.map((size) => measureOne(balancer, fleetOf(size), quick)));
}

function measureOne(balancer: Balancer, fleet: Fleet, quick: boolean): Figure {
  const picker = balancer.picker(Math.random, () => performance.now());
  const calls = callsTo(fleet, callsOfRound);
  const running: Fleet[number][] = [];
  const [picks, dones]: [number[], number[]] = [[], []];
  const rounds = quick ? 20 : 100;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    let picked = 0;
    for (const call of calls) {
      const server = fleet[picker.pick(fleet, call)]!;
      server.begin();
      running[picked++] = server;
    }
    const between = performance.now();
    for (const server of running) {
      server.end();
      picker.done?.(server, 1, "answered");
    }
    picks.push(((between - started) * 1e6) / calls.length);
    dones.push(((performance.now() - between) * 1e6) / calls.length);
  }
  const settled = <T>(times: readonly T[]): T[] => times.slice(rounds / 2);
  return {
    balancer: balancer.name,
    endpoints: fleet.length,
    pick: median(settled(picks)),
    done: picker.done === undefined ? undefined : median(settled(dones)),
    change: median(Array.from({ length: 9 }, () => changeOf(picker, fleet))),
  };
}

function changeOf(picker: ReturnType<Balancer["picker"]>, fleet: Fleet): number {
  const list = fleet.slice(0, -1);
  const [call] = callsTo(list, 1);
  const started = performance.now();
  picker.pick(list, call!);
  return performance.now() - started;
}
