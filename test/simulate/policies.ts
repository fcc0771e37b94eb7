import {
  type Balancer,
  circuitBreaker,
  consistentHash,
  type Guard,
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
import { outlierRules } from "../../runtime/src/balancer/outlier-options.ts";

/** What clients do with the servers that they know. */
export interface Policy {
  readonly name: string;
  /** @param zone - the client's own */
  readonly balancer: (zone: string) => Balancer;
  readonly outlierRules?: ReturnType<typeof outlierRules>;
  readonly guards?: readonly Guard[];
  /** Whether servers tell how busy they are. */
  readonly tellsLoad?: boolean;
}

const byKey = (key: number): number => key;

export const policies: readonly Policy[] = [
  { name: "random", balancer: random },
  { name: "random, outlierEjection", balancer: random, outlierRules: outlierRules() },
  { name: "random, circuitBreaker", balancer: random, guards: [circuitBreaker()] },
  { name: "roundRobin", balancer: roundRobin },
  { name: "weightedRoundRobin", balancer: weightedRoundRobin },
  { name: "leastInFlight", balancer: leastInFlight },
  { name: "p2c", balancer: p2c },
  { name: "p2c, servers with maxLag", balancer: p2c, tellsLoad: true },
  { name: "peakEwma", balancer: () => peakEwma() },
  { name: "slowStart(peakEwma)", balancer: () => slowStart(peakEwma()) },
  { name: "zoneAware(peakEwma)", balancer: (zone) => zoneAware(zone) },
];

/** Those that go by the call's key, and two that do not. */
export const policiesByKey: readonly Policy[] = [
  { name: "consistentHash", balancer: () => consistentHash(byKey) },
  { name: "maglev", balancer: () => maglev(byKey) },
  { name: "p2c", balancer: p2c },
  { name: "peakEwma", balancer: () => peakEwma() },
];
