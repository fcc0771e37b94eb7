import type { Endpoint } from "../registry/resolver.ts";
import type { AnyMethod } from "../schema/service.ts";

/** What a balancer may look at: numbers, never a socket. One object stands for a server as long as it has its address. */
export interface Candidate {
  /** As the registry knows it, with its weight, zone and metadata. */
  readonly endpoint: Endpoint;
  /** Calls started and not yet settled. */
  readonly inFlight: number;
  /**
   * How busy the server said it is, from 0: the part of the time that its event loop works; above 1 where it sheds calls. Undefined where
   * it has said nothing in the last two seconds, as servers without `maxLag` do.
   */
  readonly load: number | undefined;
}

/** The call that an endpoint is picked for. */
export interface CallInfo {
  /** As its schema describes it: by its name, or whether it is idempotent, it may be treated differently. */
  readonly method: AnyMethod;
  /** Undefined where the client streams: its requests are not there yet. */
  readonly request: unknown;
  /**
   * All that can take calls: the same array until they or their weights change. The candidates are this array, or some of it where a
   * call makes another attempt, which goes where it has not been.
   */
  readonly all: readonly Candidate[];
}

/**
 * How a call ended, as far as it says something of the server: `failed` with UNAVAILABLE, DEADLINE_EXCEEDED,
 * RESOURCE_EXHAUSTED, INTERNAL, UNKNOWN, DATA_LOSS or UNIMPLEMENTED; other errors are answers.
 */
export type Outcome = "answered" | "failed" | "cancelled";

/** Picks among the endpoints that can take a call now. One instance serves one channel. */
export interface Picker {
  /** The index of the chosen one; `candidates` is never empty. */
  pick(candidates: readonly Candidate[], call: CallInfo): number;
  /**
   * Told once of each call how it ended; a picker without it costs calls nothing. Of a stream it is told at the first answer, or
   * at the end where that comes before: how the stream goes on says more of what it streams than of the server, and a picker must
   * not wait hours for it.
   * @param ms - since the call was sent there; undefined for a stream. Its first answer comes when there is something to tell: a
   * quiet subscription would make the best server look like the slowest
   */
  done?(candidate: Candidate, ms: number | undefined, outcome: Outcome): void;
}

/** A way to spread calls, as `connect`'s option takes it. */
export interface Balancer {
  /** For messages and logs: `peak EWMA`. */
  readonly name: string;
  /**
   * Whether unary calls of a method that leave together may follow the first of them to its endpoint: they share a write and a read. That are up
   * to 32 and a quarter of those in flight, and as many as each endpoint has lately answered within 0.25 ms, or within up to 4 ms while the
   * client's event loop is busy. Only the first is then picked for.
   * @defaultValue false
   */
  readonly allowsRuns?: boolean;
  /**
   * @param random - in [0, 1): passed in, so that a test can know every pick
   * @param now - the present in ms, on a clock that never goes back
   */
  picker(random: () => number, now: () => number): Picker;
}
