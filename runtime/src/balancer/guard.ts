import type { Channel } from "../client/channel.ts";
import type { Candidate, Outcome } from "./balancer.ts";

/**
 * Leaves endpoints out of the balancer's choice while their connections stand, as a circuit breaker does, or health checks.
 * As `connect` takes it; one may serve any number of channels.
 */
export interface Guard {
  /** An endpoint is there: guards it until it is stopped. */
  guard(endpoint: GuardedEndpoint): EndpointGuard;
}

/** An endpoint as its guards know it. */
export interface GuardedEndpoint {
  /** The same endpoint as balancers see it: its address, its calls in flight, its load. */
  readonly candidate: Candidate;
  /** Straight to it: without interceptors, retries and the balancer. */
  readonly channel: Channel;
  /** Whether a connection stands. */
  readonly connected: boolean;
  /** In [0, 1). */
  readonly random: () => number;
  /**
   * To be called after each change of `mayTakeCalls`.
   * @param reason - for the log, where it is left out from now on
   */
  changed(reason?: string): void;
}

/** One endpoint's guard. */
export interface EndpointGuard {
  /** Where all endpoints that are connected are left out, all take calls: better one that fails often than none. */
  readonly mayTakeCalls: boolean;
  /** A call begins there. */
  began?(): void;
  /**
   * It has ended, once for each that began; a stream has with its first answer.
   * @param started - when it began, on the monotonic clock
   */
  ended?(outcome: Outcome, started: number): void;
  /** The endpoint is gone, or the channel closes: releases what it holds. */
  stop?(): void;
}
