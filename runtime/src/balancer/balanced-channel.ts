import { backoff } from "../backoff.ts";
import type { CallOptions } from "../call-options.ts";
import type { Channel, ResponseStream, StatefulChannel } from "../client/channel.ts";
import { Responses } from "../client/responses.ts";
import { Replay } from "../client/retry/replay.ts";
import { now } from "../clock.ts";
import { RpcError, type Sent } from "../errors.ts";
import { channelLimits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import { type CallHolder, PendingCall } from "../protocol/pending-call.ts";
import type { Endpoint, Resolver } from "../registry/resolver.ts";
import type { AnyMethod, Streaming, Unary } from "../schema/service.ts";
import { sleep } from "../timer.ts";
import type { Balancer } from "./balancer.ts";
import { EndpointSet } from "./endpoint-set.ts";
import { type Member, reasonOf } from "./member.ts";
import { OutlierEjection } from "./outlier-ejection.ts";
import type { OutlierRules } from "./outlier-options.ts";
import { RoamingStream, type StreamRoute } from "./roaming-stream.ts";
import { onlyRequest, Selection, type Wanted } from "./selection.ts";

/** Between attempts to watch a resolver that failed, in ms. */
const longestPause = 10_000;
const untried: ReadonlyMap<Member, string> = new Map();

/** A call that waits for an endpoint. */
interface Waiting extends Wanted {
  /** Endpoints that it has tried, and why in vain. */
  readonly tried: ReadonlyMap<Member, string>;
}

export interface BalancedChannelOptions {
  readonly resolver: Resolver;
  readonly balancer: Balancer;
  /** Without it no endpoint is left out for its failures. */
  readonly outlierRules?: OutlierRules | undefined;
  readonly open: (endpoint: Endpoint) => StatefulChannel;
  /** In ms; `Infinity` for none. */
  readonly defaultTimeout: number;
  readonly logger: Logger;
  /** Calls that may wait for an endpoint. */
  readonly maxConcurrentCalls?: number;
  /** In [0, 1). */
  readonly random?: () => number;
}

/**
 * A channel to all that a resolver finds. It is connected to each endpoint and spreads calls over those that are ready;
 * while none is, calls wait for the first. A call that no server can have seen moves on to another endpoint.
 */
export class BalancedChannel implements Channel, CallHolder {
  readonly target: string;
  readonly #options: BalancedChannelOptions;
  readonly #maxWaiting: number;
  readonly #random: () => number;
  readonly #endpoints: EndpointSet;
  readonly #selection: Selection;
  readonly #waiting = new Map<PendingCall, Waiting>();
  /** Those who wait for a first endpoint without a call. */
  readonly #onlookers = new Set<{ resolve: () => void; reject: (error: RpcError) => void }>();
  readonly #stop = new AbortController();
  /** Calls that are between endpoints, waiting ones included. */
  #moving = 0;
  #closing: Promise<void> | undefined;
  #onSettled: (() => void) | undefined;

  constructor(options: BalancedChannelOptions) {
    this.target = options.resolver.target;
    this.#options = options;
    this.#maxWaiting = options.maxConcurrentCalls ?? channelLimits.maxConcurrentCalls;
    this.#random = options.random ?? Math.random;
    const { balancer, open, logger, outlierRules } = options;
    const ejection = outlierRules === undefined ? undefined : new OutlierEjection(outlierRules, now());
    this.#endpoints = new EndpointSet({ open, logger, ejection, changed: () => this.#onChange() });
    this.#selection = new Selection(balancer, this.target, this.#random, this.#endpoints, ejection);
    void this.#watch();
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError(method));
    const started = now();
    const { ready } = this.#endpoints;
    if (ready.length === 0)
      return this.#roam(method, request, this.#bounded(method, options, started), new Map());
    const member = this.#tryPick(ready, { method, request, attempt: options?.attempt });
    if (member instanceof RpcError) return Promise.reject(member);
    const failed = (error: unknown): Promise<O> => {
      this.#selection.settled(member, started, error);
      if (this.#closing !== undefined || !isUnsent(error)) throw error;
      const tried = new Map([[member, reasonOf(error)]]);
      return this.#roam(method, request, this.#bounded(method, options, started), tried);
    };
    const answer = member.channel.unary(method, request, options);
    if (!this.#selection.observes) return answer.catch(failed);
    return answer.then((value) => {
      this.#selection.settled(member, started);
      return value;
    }, failed);
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    return new Responses(method, () => new RoamingStream(this.#streamRoute(method, requests, options)));
  }

  /** Resolves when an endpoint is ready. Rejects when all that are known have failed, or the channel closes. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onlookers.add({ resolve, reject });
      this.#serveOnlookers();
    });
  }

  /** What stands between a call and an endpoint, for messages. */
  waitingFor(): string {
    const { lastError } = this.#options.resolver;
    const outage = lastError === undefined ? "" : `, which does not answer: ${reasonOf(lastError)}`;
    if (!this.#endpoints.resolved) return `waiting for a first answer of the registry${outage}`;
    const { size } = this.#endpoints;
    if (size > 0) return `waiting for a connection to one of ${size} endpoints`;
    return `waiting for an endpoint: none was known to the registry${outage}`;
  }

  abandon(call: PendingCall): Sent {
    this.#waiting.delete(call);
    return "no";
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  // Calls

  /** Sends a call to an endpoint that it has not tried, as soon as there is one, and to the next while it remains unsent. */
  #roam<I, O>(method: Unary<I, O>, request: I, options: CallOptions, tried: Map<Member, string>): Promise<O> {
    return this.#moveOn(async () => {
      for (;;) {
        const member = await this.#acquire({ method, request, attempt: options.attempt, tried }, options);
        const started = now();
        try {
          const answer = await member.channel.unary(method, request, options);
          this.#selection.settled(member, started);
          return answer;
        } catch (error) {
          this.#selection.settled(member, started, error);
          if (!isUnsent(error)) throw error;
          tried.set(member, reasonOf(error));
        }
      }
    });
  }

  /** The same for a stream: until its first answer, and where its requests can be asked for. */
  #streamRoute<I, O>(
    method: Streaming<I, O>,
    given: Iterable<I> | AsyncIterable<I>,
    options: CallOptions | undefined,
  ): StreamRoute<O> {
    const bounded = this.#bounded(method, options, now());
    // The default time bounds the wait for an endpoint, not the stream.
    const hasBudget = options?.timeout !== undefined || method.timeout !== undefined;
    const replay = new Replay(given);
    const tried = new Map<Member, string>();
    const wanted = { method, request: onlyRequest(method, given), attempt: options?.attempt, tried };
    let latest: Member;
    return {
      open: async () => {
        if (tried.size === 0 && this.#closing !== undefined) throw this.#closedError(method);
        latest = await this.#moveOn(() => this.#acquire(wanted, bounded));
        const stream = latest.channel.stream(method, replay.requests, hasBudget ? bounded : options);
        return stream[Symbol.asyncIterator]();
      },
      movesOn: (error) => {
        if (this.#closing !== undefined || !isUnsent(error) || !replay.isWhole) return false;
        tried.set(latest, reasonOf(error));
        return true;
      },
    };
  }

  /** Does what the channel's end waits for. */
  async #moveOn<T>(work: () => Promise<T>): Promise<T> {
    this.#moving++;
    try {
      return await work();
    } finally {
      this.#moving--;
      this.#checkSettled();
    }
  }

  /** The options with a deadline that counts from when the call was made. */
  #bounded(method: AnyMethod, options: CallOptions | undefined, started: number): CallOptions {
    const budget = options?.timeout ?? method.timeout ?? this.#options.defaultTimeout;
    return { ...options, deadline: options?.deadline ?? started + budget };
  }

  /** An endpoint that is ready and that the call has not tried, as soon as there is one. */
  #acquire(waiting: Waiting, options: CallOptions): Promise<Member> {
    return new Promise((resolve, reject) => {
      const { defaultTimeout } = this.#options;
      const call = new PendingCall(this, waiting.method, undefined, options, defaultTimeout, resolve, reject);
      if (!call.begin() || this.#serve(call, waiting)) return;
      if (this.#waiting.size < this.#maxWaiting) return void this.#waiting.set(call, waiting);
      const text = `${this.#maxWaiting} calls wait already (option maxConcurrentCalls): ${this.waitingFor()}`;
      call.failWith("RESOURCE_EXHAUSTED", text, { sent: "no" });
    });
  }

  /** Settles a call where it can be. */
  #serve(call: PendingCall, waiting: Waiting): boolean {
    const { tried } = waiting;
    const all = this.#endpoints.ready;
    const ready = tried.size === 0 ? all : all.filter((member) => !tried.has(member));
    if (ready.length > 0) {
      const member = this.#tryPick(ready, waiting);
      if (!(member instanceof RpcError)) call.succeed(member, undefined);
      else call.failWith(member.code, member.rawMessage, { sent: "no", cause: member.cause });
      return true;
    }
    const failure = this.#endpoints.failure(tried);
    if (failure === undefined) return false;
    call.failWith("UNAVAILABLE", failure, { sent: "no" });
    return true;
  }

  /** Where a call goes, or why the balancer cannot say. */
  #tryPick(ready: readonly Member[], wanted: Wanted): Member | RpcError {
    try {
      return this.#selection.pick(ready, wanted);
    } catch (error) {
      return error as RpcError;
    }
  }

  // Endpoints

  async #watch(): Promise<void> {
    const { resolver, logger } = this.#options;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        for await (const change of resolver.watch(signal)) {
          if (signal.aborted) return;
          failures = 0;
          this.#endpoints.apply(change);
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        logger.error(`the resolver of ${this.target} failed; watching it again`, { error });
        await sleep(backoff(++failures, longestPause, this.#random), signal);
      }
    }
  }

  #onChange(): void {
    for (const [call, waiting] of this.#waiting) if (this.#serve(call, waiting)) this.#waiting.delete(call);
    this.#serveOnlookers();
  }

  #serveOnlookers(): void {
    const { ready } = this.#endpoints;
    const failure = this.#closing === undefined ? this.#endpoints.failure(untried) : "the channel is closed";
    if (ready.length === 0 && failure === undefined) return;
    for (const { resolve, reject } of this.#onlookers) {
      if (failure === undefined) resolve();
      else reject(new RpcError("UNAVAILABLE", failure, { prefix: this.target, sent: "no" }));
    }
    this.#onlookers.clear();
  }

  // The end

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onSettled = resolve;
      this.#checkSettled();
    });
    this.#serveOnlookers();
    this.#stop.abort();
    await this.#endpoints.close();
  }

  #checkSettled(): void {
    if (this.#moving === 0) this.#onSettled?.();
  }

  #closedError(method: AnyMethod): RpcError {
    return new RpcError("UNAVAILABLE", "the channel is closed", {
      prefix: `${method.path} at ${this.target}`,
      sent: "no",
    });
  }
}

function isUnsent(error: unknown): boolean {
  return error instanceof RpcError && error.code === "UNAVAILABLE" && error.sent === "no";
}
