import type { CallOptions } from "../call-options.ts";
import type { Sent } from "../errors.ts";
import { type CallHolder, PendingCall } from "../protocol/pending-call.ts";
import type { Resolver } from "../registry/resolver.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { EndpointSet } from "./endpoint-set.ts";
import { reasonOf } from "./member.ts";

/** What a call waits for. */
export interface Wish {
  /** Settles the call where it can be. */
  serve(call: PendingCall): boolean;
  /** For messages; undefined for any endpoint. */
  readonly what?: string | undefined;
}

export interface WaitingOptions {
  readonly resolver: Resolver;
  readonly endpoints: EndpointSet;
  /** In ms; `Infinity` for none. */
  readonly defaultTimeout: number;
  /** How many may wait. */
  readonly most: number;
}

/** Calls that wait for an endpoint, each under its deadline and its signals. */
export class WaitingCalls implements CallHolder {
  readonly #options: WaitingOptions;
  readonly #waiting = new Map<PendingCall, Wish>();

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  get target(): string {
    return this.#options.resolver.target;
  }

  /** Resolves with what the wish is served with, at once where it can be. */
  wait<T>(method: AnyMethod, options: CallOptions, wish: Wish): Promise<T> {
    return new Promise((resolve, reject) => {
      const { defaultTimeout, most } = this.#options;
      const call = new PendingCall(this, method, undefined, options, defaultTimeout, resolve, reject);
      if (!call.begin() || wish.serve(call)) return;
      if (this.#waiting.size < most) return void this.#waiting.set(call, wish);
      const text = `${most} calls wait already (option maxConcurrentCalls): ${this.waitingFor()}`;
      call.failWith("RESOURCE_EXHAUSTED", text, { sent: "no" });
    });
  }

  /** The endpoints have changed. */
  serve(): void {
    for (const [call, wish] of this.#waiting) if (wish.serve(call)) this.#waiting.delete(call);
  }

  abandon(call: PendingCall): Sent {
    this.#waiting.delete(call);
    return "no";
  }

  /** What stands between a call and an endpoint, for messages. */
  waitingFor(call?: PendingCall): string {
    const what = call === undefined ? undefined : this.#waiting.get(call)?.what;
    if (what !== undefined) return `waiting for ${what}`;
    const { resolver, endpoints } = this.#options;
    const { lastError } = resolver;
    const outage = lastError === undefined ? "" : `, which does not answer: ${reasonOf(lastError)}`;
    if (!endpoints.resolved) return `waiting for a first answer of the registry${outage}`;
    const { size } = endpoints;
    if (size > 0) return `waiting for a connection to one of ${size} endpoints`;
    return `waiting for an endpoint: none was known to the registry${outage}`;
  }
}
