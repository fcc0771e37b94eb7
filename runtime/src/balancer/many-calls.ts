import { type AbortListener, ignoreAbort, listenForAbort } from "../abort-listeners.ts";
import { boundAttempt, type CallOptions } from "../call-options.ts";
import type { Channel } from "../client/channel.ts";
import { AttemptList } from "../client/retry/attempt-list.ts";
import { HeldTrailers } from "../client/retry/trailers.ts";
import { now } from "../clock.ts";
import { RpcError, type Sent } from "../errors.ts";
import type { Endpoint } from "../registry/resolver.ts";
import type { Unary } from "../schema/service.ts";
import type { CallManyOptions, EndpointResult, Manner } from "./call-many.ts";
import type { Fleet } from "./fleet.ts";

/** What is called, and how. */
export interface ManyCallsSetup<I, O> {
  readonly channel: Channel;
  readonly fleet: Fleet;
  readonly endsWith: Manner["endsWith"];
  readonly maxConcurrency: number;
  readonly onResult: CallManyOptions["onResult"];
  /** For messages: the channel's. */
  readonly name: string;
  readonly method: Unary<I, O>;
  readonly request: I;
  /** With a deadline. */
  readonly options: CallOptions;
}

/** A call at one of the endpoints. */
interface Leg {
  readonly endpoint: Endpoint;
  readonly started: number;
  readonly trailers: HeldTrailers;
}

interface Answer<O> {
  readonly value: O;
  readonly trailers: HeldTrailers;
}

interface Failure {
  readonly error: unknown;
  readonly trailers: HeldTrailers;
}

/** One call at several endpoints, each with an attempt of its own. */
export class ManyCalls<I, O> implements AbortListener {
  readonly #setup: ManyCallsSetup<I, O>;
  /** Endpoints that were not called yet. */
  readonly #waiting: Endpoint[];
  readonly #running = new Set<Leg>();
  readonly #stop = new AbortController();
  readonly #started = now();
  readonly #list = new AttemptList(this.#started);
  #first: Answer<O> | undefined;
  #last: Failure | undefined;
  /** What the caller's listener threw. */
  #thrown: RpcError | undefined;
  #resolve!: (value: O) => void;
  #reject!: (error: unknown) => void;

  /** @param endpoints - at least one; those that are one peer are called once */
  constructor(setup: ManyCallsSetup<I, O>, endpoints: readonly Endpoint[]) {
    this.#setup = setup;
    this.#waiting = [...new Map(endpoints.map((endpoint) => [peerOf(endpoint), endpoint])).values()];
  }

  run(): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const { signal } = this.#setup.options;
      if (signal?.aborted === true) this.#stop.abort(signal.reason);
      else if (signal !== undefined) listenForAbort(signal, this);
      this.#goOn();
    });
  }

  /** The caller's signal has fired: what runs ends with it. */
  handleEvent(): void {
    this.#stop.abort(this.#setup.options.signal?.reason);
  }

  /** Begins as many as may run at once; where none is left, the call has ended. */
  #goOn(): void {
    while (this.#running.size < this.#setup.maxConcurrency && this.#waiting.length > 0)
      this.#begin(this.#waiting.shift()!);
    if (this.#running.size === 0) this.#end(this.#first === undefined ? this.#last : undefined);
  }

  #begin(endpoint: Endpoint): void {
    const { channel, method, request, options } = this.#setup;
    const trailers = new HeldTrailers(options, this.#prefix(this.#setup.name));
    const leg: Leg = { endpoint, started: now(), trailers };
    this.#running.add(leg);
    const { id, address } = endpoint;
    const attempt = boundAttempt(this.#started, { endpoint: id, address });
    const own = trailers.begin({ ...options, signal: this.#stop.signal, attempt });
    channel.unary(method, request, own).then(
      (value) => this.#onAnswer(leg, value),
      (error: unknown) => this.#onFailure(leg, error),
    );
  }

  #onAnswer(leg: Leg, value: O): void {
    // The call has ended before.
    if (!this.#running.delete(leg)) return;
    this.#list.saw("yes");
    this.#first ??= { value, trailers: leg.trailers };
    this.#tell(leg.endpoint, leg.started, { value });
    if (this.#setup.endsWith === "answer" || this.#thrown !== undefined) this.#end();
    else this.#goOn();
  }

  #onFailure(leg: Leg, error: unknown): void {
    if (!this.#running.delete(leg)) return;
    const failure = (this.#last = { error, trailers: leg.trailers });
    if (error instanceof RpcError) this.#list.add(error, leg.endpoint.address, now());
    this.#tell(leg.endpoint, leg.started, { error });
    const counts = this.#setup.endsWith === "failure" && !this.#hasLeft(leg.endpoint, error);
    if (counts || this.#thrown !== undefined || this.#stop.signal.aborted) this.#end(failure);
    else this.#goOn();
  }

  /** Whether an endpoint has left before it could be called: then it is none of all that have to answer. */
  #hasLeft({ id }: Endpoint, error: unknown): boolean {
    return error instanceof RpcError && error.sent === "no" && !this.#setup.fleet.knows(id);
  }

  /** Gives up what runs, and settles the call: with its first answer where it has not failed. */
  #end(failure?: Failure): void {
    const { signal } = this.#setup.options;
    if (signal !== undefined) ignoreAbort(signal, this);
    this.#giveUpOthers();
    try {
      if (this.#thrown !== undefined) throw this.#thrown;
      const { trailers } = failure ?? this.#first!;
      trailers.release();
      if (failure !== undefined) throw this.#conclude(failure.error);
      this.#resolve(this.#first!.value);
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Its `sent` speaks for all endpoints. */
  #conclude(error: unknown): unknown {
    return error instanceof RpcError ? this.#list.conclude(error) : error;
  }

  #giveUpOthers(): void {
    const running = [...this.#running];
    this.#running.clear();
    const why =
      this.#setup.endsWith === "answer" ? "another endpoint has answered" : "another endpoint has failed";
    if (running.length > 0) this.#list.saw("maybe");
    this.#stop.abort(this.#cancelled(this.#setup.name, why, "maybe"));
    for (const { endpoint, started } of running)
      this.#tell(endpoint, started, { error: this.#cancelled(endpoint.address, why, "maybe") });
    for (const endpoint of this.#waiting.splice(0))
      this.#tell(endpoint, now(), { error: this.#cancelled(endpoint.address, `not called: ${why}`, "no") });
  }

  #tell(
    endpoint: Endpoint,
    started: number,
    result: { readonly value: unknown } | { readonly error: unknown },
  ): void {
    const { onResult, method } = this.#setup;
    if (onResult === undefined) return;
    try {
      onResult({ method, endpoint, ms: now() - started, ...result } satisfies EndpointResult);
    } catch (cause) {
      const prefix = this.#prefix(this.#setup.name);
      const text = "the caller's onResult threw";
      this.#thrown ??= new RpcError("INTERNAL", text, { prefix, sent: "maybe", cause });
    }
  }

  #cancelled(where: string, why: string, sent: Sent): RpcError {
    return new RpcError("CANCELLED", why, { prefix: this.#prefix(where), sent });
  }

  #prefix(where: string): string {
    return `${this.#setup.method.path} at ${where}`;
  }
}

/** The same text for what is the same server, under whatever id. */
function peerOf({ address, protocol = "", path = "" }: Endpoint): string {
  return `${protocol} ${address} ${path}`;
}
