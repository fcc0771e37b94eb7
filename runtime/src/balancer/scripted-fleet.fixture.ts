import { afterEach } from "vitest";
import type { CallOptions } from "../call-options.ts";
import type { ChannelState, ResponseStream, StatefulChannel } from "../client/channel.ts";
import { nothing } from "../codec/wrapper.ts";
import { RpcError, type Sent, type StatusCode } from "../errors.ts";
import { silentLogger } from "../logger.ts";
import type { Endpoint, EndpointChange, Resolver } from "../registry/resolver.ts";
import type { Body } from "../schema/body.ts";
import { serverStream, type Streaming, type Unary, unary } from "../schema/service.ts";
import { BalancedChannel, type BalancedChannelOptions } from "./balanced-channel.ts";
import { setFleet } from "./fleet.ts";
import { roundRobin } from "./round-robin.ts";

export const text = nothing as unknown as Body<string>;
export const get = unary<string, string>(
  "Get",
  () => text,
  () => text,
)("t.S", "get");
export const watchAll = serverStream<string, string>(
  "Watch",
  () => text,
  () => text,
)("t.S", "watch");

/** A channel without a wire: the test says how it stands and what it answers. */
export class Scripted implements StatefulChannel {
  state: ChannelState = "idle";
  load: number | undefined;
  lastError: Error | undefined;
  onStateChange: (() => void) | undefined;
  dials = 0;
  closed = false;
  /** Options of the calls that came, in order. */
  readonly calls: (CallOptions | undefined)[] = [];
  /** What happens to a call; answers the endpoint's name without it. */
  script: ((options?: CallOptions) => Promise<string>) | undefined;
  /** Whether a stream asks for requests before that. */
  asksFirst = false;
  readonly #name: string;
  readonly #running = new Set<Promise<unknown>>();

  constructor(name: string) {
    this.#name = name;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  become(state: ChannelState, reason?: string): void {
    this.state = state;
    this.lastError =
      state === "ready" ? undefined : reason === undefined ? this.lastError : new Error(reason);
    this.onStateChange?.();
  }

  connect(): Promise<void> {
    this.dials++;
    if (this.state !== "connecting") this.become("connecting");
    return Promise.reject(new Error("told through the state"));
  }

  start<I, O>(
    method: Unary<I, O>,
    request: I,
    options: CallOptions | undefined,
    resolve: (answer: O) => void,
    reject: (error: unknown) => void,
  ): void {
    this.unary<I, O>(method, request, options).then(resolve, reject);
  }

  unary<I, O>(_method: unknown, _request: I, options?: CallOptions): Promise<O> {
    this.calls.push(options);
    const answer = this.script?.(options) ?? Promise.resolve(this.#name);
    this.#running.add(answer);
    return answer.finally(() => this.#running.delete(answer)) as Promise<O>;
  }

  stream<I, O>(
    _method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    this.calls.push(options);
    const name = this.#name as O;
    const { script, asksFirst } = this;
    return {
      only: () => Promise.reject(new Error("a channel around this one reads it")),
      async *[Symbol.asyncIterator]() {
        if (!asksFirst) await script?.(options);
        for await (const each of requests) {
          if (asksFirst) await script?.(options);
          if (each !== undefined) yield name;
        }
      },
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.closed = true;
  }
}

/** A resolver that reports what the test says. */
export class ScriptedResolver implements Resolver {
  readonly target = "orders (test)";
  lastError: Error | undefined;
  readonly #said: (EndpointChange | Error)[] = [];
  #wake = (): void => {};
  watches = 0;
  stopped = false;

  async say(...changes: (EndpointChange | Error)[]): Promise<void> {
    this.#said.push(...changes);
    this.#wake();
    await settled();
  }

  async *watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    this.watches++;
    signal.addEventListener("abort", () => this.#wake());
    while (!signal.aborted) {
      const change = this.#said.shift();
      if (change instanceof Error) throw change;
      if (change !== undefined) yield change;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.stopped = true;
  }
}

/** Until everything that can go on without the outside has gone on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: `tcp://${id}:1`,
  ...more,
});
export const snapshot = (...ids: string[]): EndpointChange => ({
  kind: "snapshot",
  endpoints: ids.map((id) => endpoint(id)),
});
export const remove = (id: string): EndpointChange => ({ kind: "remove", id, reason: "withdrawn" });

export interface Fleet {
  readonly channel: BalancedChannel;
  readonly resolver: ScriptedResolver;
  /** Every channel that was opened, by address. */
  readonly opened: Map<string, Scripted[]>;
  /** The latest channel to an endpoint. */
  at(id: string): Scripted;
  call(options?: CallOptions): Promise<string>;
}

const fleets: Fleet[] = [];
afterEach(async () => {
  await Promise.all(fleets.splice(0).map(({ channel }) => channel.close()));
});

export function fleet(options: Partial<BalancedChannelOptions> = {}): Fleet {
  const resolver = new ScriptedResolver();
  const opened = new Map<string, Scripted[]>();
  const channel = new BalancedChannel({
    resolver,
    balancer: roundRobin(),
    open: ({ id, address }) => {
      const made = new Scripted(id);
      opened.set(address, [...(opened.get(address) ?? []), made]);
      return made;
    },
    defaultTimeout: 5_000,
    logger: silentLogger,
    random: () => 0,
    ...options,
  });
  setFleet(channel, channel);
  const made: Fleet = {
    channel,
    resolver,
    opened,
    at: (id) => opened.get(`tcp://${id}:1`)!.at(-1)!,
    call: (callOptions) => channel.unary(get, "", callOptions),
  };
  fleets.push(made);
  return made;
}

/** A fleet whose endpoints are all ready. */
export async function readyFleet(...ids: string[]): Promise<Fleet> {
  return readyFleetWith({}, ...ids);
}

export async function readyFleetWith(
  options: Partial<BalancedChannelOptions>,
  ...ids: string[]
): Promise<Fleet> {
  const made = fleet(options);
  await made.resolver.say(snapshot(...ids));
  for (const id of ids) made.at(id).become("ready");
  return made;
}

export async function callMany(all: Fleet, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => all.call()));
}

export function failing(code: StatusCode, sent: Sent | undefined, message = "gone"): () => Promise<string> {
  return () => Promise.reject(new RpcError(code, message, { sent, prefix: "x" }));
}

/** Answers never, and fails when its signal fires. */
export function hanging({ signal }: CallOptions = {}): Promise<string> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () =>
      reject(new RpcError("CANCELLED", "given up", { sent: "maybe", cause: signal.reason })),
    );
  });
}
