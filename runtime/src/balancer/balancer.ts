import type { Endpoint } from "../registry/resolver.ts";

/** What a balancer may look at: numbers, never a socket. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** Calls started and not yet settled. */
  readonly inFlight: number;
  /**
   * How busy the server said it is, from 0: the part of the time that its event loop works; above 1 where it sheds calls. Undefined where
   * it has said nothing in the last two seconds, as servers without `maxLag` do.
   */
  readonly load: number | undefined;
}

/** Picks among the endpoints that can take a call now. One instance serves one channel. */
export interface Picker {
  /** The index of the chosen one; `candidates` is never empty. */
  pick(candidates: readonly Candidate[]): number;
}

/** A way to spread calls, as `connect`'s option takes it. */
export interface Balancer {
  readonly name: string;
  /** @param random - in [0, 1): passed in, so that a test can know every pick */
  picker(random: () => number): Picker;
}
