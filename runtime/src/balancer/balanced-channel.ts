import type { CallOptions } from "../call-options.ts";
import type { DirectChannel, ResponseStream, StatefulChannel } from "../client/channel.ts";
import { Responses } from "../client/responses.ts";
import { now } from "../clock.ts";
import { callRecord, RpcError } from "../errors.ts";
import { channelLimits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import { resumeInside } from "../propagation.ts";
import type { Endpoint, Resolver } from "../registry/resolver.ts";
import type { AnyMethod, Streaming, Unary } from "../schema/service.ts";
import type { Balancer } from "./balancer.ts";
import type { WatchLoop } from "./call-runs.ts";
import { EndpointSearch, untried } from "./endpoint-search.ts";
import { EndpointSet } from "./endpoint-set.ts";
import type { Fleet } from "./fleet.ts";
import { followResolver } from "./follow-resolver.ts";
import type { Guard } from "./guard.ts";
import { type Member, reasonOf } from "./member.ts";
import { bounded, movesOn } from "./moving-on.ts";
import { OutlierEjection } from "./outlier-ejection.ts";
import type { OutlierRules } from "./outlier-options.ts";
import { RoamingStream, type StreamRoute } from "./roaming-stream.ts";
import { boundTo, Selection, type Wanted } from "./selection.ts";
import { type StreamHost, streamRoute } from "./stream-route.ts";
import { WaitingCalls } from "./waiting-calls.ts";

export interface BalancedChannelOptions {
  readonly resolver: Resolver;
  readonly balancer: Balancer;
  /** Without it no endpoint is left out for its failures. */
  readonly outlierRules?: OutlierRules | undefined;
  /** What else leaves endpoints out. */
  readonly guards?: readonly Guard[] | undefined;
  readonly open: (endpoint: Endpoint) => StatefulChannel;
  /** In ms; `Infinity` for none. */
  readonly defaultTimeout: number;
  readonly logger: Logger;
  /** Calls that may wait for an endpoint. */
  readonly maxConcurrentCalls?: number;
  /** In [0, 1). */
  readonly random?: () => number;
  /** What tells how busy the event loop is; that of this thread without it. */
  readonly watchLoop?: WatchLoop;
}

/** A call on its way to an endpoint. */
interface BalancedCall<I, O> extends Wanted {
  readonly method: Unary<I, O>;
  readonly request: I;
  readonly options: CallOptions | undefined;
  /** When it was made. */
  readonly started: number;
  readonly resolve: (answer: O, time?: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A channel to all that a resolver finds. It is connected to each endpoint and spreads calls over those that are ready;
 * while none is, calls wait for the first. A call that no server can have seen moves on to another endpoint.
 */
export class BalancedChannel implements DirectChannel, Fleet {
  readonly target: string;
  readonly defaultTimeout: number;
  readonly #endpoints: EndpointSet;
  readonly #selection: Selection;
  readonly #waiting: WaitingCalls;
  readonly #search: EndpointSearch;
  /** Those who wait for a first endpoint without a call. */
  readonly #onlookers = new Set<{ resolve: () => void; reject: (error: RpcError) => void }>();
  readonly #streams: StreamHost;
  readonly #stop = new AbortController();
  /** Calls that are between endpoints, waiting ones included. */
  #moving = 0;
  #closing: Promise<void> | undefined;
  #onSettled: (() => void) | undefined;

  constructor(options: BalancedChannelOptions) {
    const { resolver, balancer, open, logger, outlierRules, guards = [] } = options;
    const { defaultTimeout, random = Math.random } = options;
    this.target = resolver.target;
    this.defaultTimeout = defaultTimeout;
    const ejection = outlierRules === undefined ? undefined : new OutlierEjection(outlierRules, now());
    const changed = (): void => this.#onChange();
    const endpoints = new EndpointSet({ open, logger, ejection, guards, random, changed });
    this.#endpoints = endpoints;
    this.#selection = new Selection({
      balancer,
      target: this.target,
      random,
      endpoints,
      ejection,
      isGuarded: guards.length > 0,
      watchLoop: options.watchLoop,
    });
    const most = options.maxConcurrentCalls ?? channelLimits.maxConcurrentCalls;
    this.#waiting = new WaitingCalls({ resolver, endpoints, defaultTimeout, most });
    this.#search = new EndpointSearch(endpoints, this.#selection, this.#waiting);
    this.#streams = {
      search: this.#search,
      selection: this.#selection,
      moveOn: (work) => this.#moveOn(work),
      closedError: (method) => (this.#closing === undefined ? undefined : this.#closedError(method)),
    };
    const { signal } = this.#stop;
    void followResolver(resolver, (change) => endpoints.apply(change), { logger, random, signal });
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    return new Promise<O>((resolve, reject) => this.start(method, request, options, resolve, reject));
  }

  start<I, O>(
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    resolve: (answer: O, time?: number) => void,
    reject: (error: unknown) => void,
    time: number = now(),
  ): void {
    if (this.#closing !== undefined) return reject(this.#closedError(method));
    const attempt = options?.attempt;
    const call: BalancedCall<I, O> = { method, request, options, attempt, started: time, resolve, reject };
    const { ready } = this.#endpoints;
    if (ready.length === 0 || boundTo(attempt) !== undefined) return this.#roam(call, new Map());
    const member = this.#search.pick(ready, call, call.started);
    if (member instanceof RpcError) reject(member);
    else this.#send(call, member);
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    const { defaultTimeout } = this;
    const route = (): StreamRoute<O> =>
      streamRoute(this.#streams, { method, requests, options, defaultTimeout });
    return new Responses(method, () => new RoamingStream(route()));
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
    return this.#waiting.waitingFor();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  // Fleet

  known(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]> {
    return this.#list(method, () => this.#search.known(method, options));
  }

  takingCalls(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]> {
    return this.#list(method, () => this.#search.takingCalls(method, options));
  }

  knows(id: string): boolean {
    return this.#endpoints.has(id);
  }

  async #list<T>(method: AnyMethod, search: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw this.#closedError(method);
    return this.#moveOn(search);
  }

  // Calls

  /** To the first endpoint, straight through: a promise, a turn and a closure more would cost each call a tenth of its time. */
  #send<I, O>(call: BalancedCall<I, O>, member: Member): void {
    const { method, request, options, started, resolve } = call;
    const onAnswer = (answer: O, time?: number): void => {
      if (this.#settled(call, member, undefined, time)) resolve(answer, time);
    };
    const onFailure = (error: unknown): void => {
      if (this.#settled(call, member, error)) this.#onFailure(call, member, error);
    };
    member.began();
    try {
      member.channel.start(
        method,
        request,
        options,
        this.#selection.observes ? onAnswer : resolve,
        onFailure,
        started,
      );
    } catch (error) {
      onFailure(error);
    }
  }

  /** Tells the balancer and the guards how a call ended. False where they throw: that is then what it fails with. */
  #settled<I, O>(call: BalancedCall<I, O>, member: Member, error?: unknown, time?: number): boolean {
    const { method, started, reject } = call;
    try {
      this.#selection.settled(method, member, started, error, time);
      return true;
    } catch (thrown) {
      reject(thrown);
      return false;
    }
  }

  #onFailure<I, O>(call: BalancedCall<I, O>, member: Member, error: unknown): void {
    if (this.#closing !== undefined || !movesOn(call.attempt, error)) return call.reject(error);
    // It came up in the connection's context, and goes on in its caller's.
    const tried = new Map([[member, reasonOf(error)]]);
    resumeInside(callRecord(error)?.enclosing, () => this.#roam(call, tried));
  }

  #roam<I, O>(call: BalancedCall<I, O>, tried: Map<Member, string>): void {
    this.#moveOn(() => this.#try(call, tried)).then(call.resolve, call.reject);
  }

  /** Sends a call to an endpoint that it has not tried, as soon as there is one, and to the next while it remains unsent. */
  async #try<I, O>(call: BalancedCall<I, O>, tried: Map<Member, string>): Promise<O> {
    const { method, request, attempt } = call;
    const options = bounded(method, call.options, call.started, this.defaultTimeout);
    for (;;) {
      const member = await this.#search.one({ method, request, attempt, tried }, options);
      const started = now();
      member.began();
      try {
        const answer = await member.channel.unary(method, request, options);
        this.#selection.settled(method, member, started);
        return answer;
      } catch (error) {
        this.#selection.settled(method, member, started, error);
        if (!movesOn(attempt, error)) throw error;
        tried.set(member, reasonOf(error));
      }
    }
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

  // Endpoints

  #onChange(): void {
    this.#waiting.serve();
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
