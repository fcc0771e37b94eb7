import type { Endpoint } from "../registry/resolver.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { Balancer, CallInfo, Candidate, Outcome, Picker } from "./balancer.ts";

/** A candidate that the test can change. */
export interface FakeCandidate extends Candidate {
  inFlight: number;
  load: number | undefined;
}

export function candidate(id: string, more: Partial<Endpoint> = {}): FakeCandidate {
  return { endpoint: { id, address: `tcp://${id}:1`, ...more }, inFlight: 0, load: undefined };
}

export function candidates(count: number): FakeCandidate[] {
  return Array.from({ length: count }, (_, i) => candidate(`${i}`));
}

export function withWeights(...weights: number[]): FakeCandidate[] {
  return weights.map((weight, i) => candidate(`${i}`, { weight }));
}

export const method = { path: "/t.S/Get", kind: "unary" } as AnyMethod;

export function callTo(all: readonly Candidate[], request?: unknown): CallInfo {
  return { method, request, all };
}

/** Numbers in [0, 1), the same ones each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The given numbers, one after the other; more are an error of the test. */
export function these(...numbers: number[]): () => number {
  return () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error("no more random numbers were expected");
    return next;
  };
}

/** A picker, the time that it knows, and picks in short. */
export class Bench {
  time = 0;
  readonly picker: Picker;

  constructor(balancer: Balancer, random: () => number = seeded(1)) {
    this.picker = balancer.picker(random, () => this.time);
  }

  /** @param among - some of all */
  pick(all: readonly Candidate[], request?: unknown, among: readonly Candidate[] = all): number {
    return this.picker.pick(among, callTo(all, request));
  }

  done(of: Candidate, ms: number | undefined, outcome: Outcome = "answered"): void {
    this.picker.done?.(of, ms, outcome);
  }

  picks(all: readonly Candidate[], count: number): number[] {
    return Array.from({ length: count }, () => this.pick(all));
  }

  /** How often each was picked. */
  spread(all: readonly Candidate[], picks: number): number[] {
    const counts = all.map(() => 0);
    for (let i = 0; i < picks; i++) counts[this.pick(all)]!++;
    return counts;
  }
}
