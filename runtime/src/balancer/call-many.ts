import type { CallOptions } from "../call-options.ts";
import type { Channel, ResponseStream } from "../client/channel.ts";
import { resolveDeadline } from "../client/deadline.ts";
import { Responses } from "../client/responses.ts";
import { RpcError } from "../errors.ts";
import { checkNames } from "../option-names.ts";
import { checkCount } from "../limits.ts";
import type { Endpoint } from "../registry/resolver.ts";
import type { AnyMethod, Streaming, Unary } from "../schema/service.ts";
import { type Fleet, fleetOf } from "./fleet.ts";
import { ManyCalls, type ManyCallsSetup } from "./many-calls.ts";

/** What one of several endpoints made of a call. */
export type EndpointResult = {
  readonly method: AnyMethod;
  readonly endpoint: Endpoint;
  /** How long it took, in ms. */
  readonly ms: number;
} & ({ readonly value: unknown } | { readonly error: unknown });

/** How `broadcast` and `fork` make their calls. */
export interface CallManyOptions {
  /** How many endpoints are called at once; the others follow as these end. @defaultValue 64 */
  readonly maxConcurrency?: number;
  /**
   * Told what each endpoint made of each call, once, before the call settles; `"error" in result` tells which. Endpoints that
   * were given up, or not asked any more, have failed with CANCELLED.
   */
  readonly onResult?: (result: EndpointResult) => void;
}

/** How several endpoints make one call. */
export interface Manner {
  /** For messages. */
  readonly name: string;
  /** What ends the call, and the attempts that still run. */
  readonly endsWith: "answer" | "failure";
  readonly endpoints: (fleet: Fleet, method: AnyMethod, options: CallOptions) => Promise<readonly Endpoint[]>;
}

/** A channel that makes each call at several endpoints of another one. */
export class ManyChannel implements Channel {
  readonly #channel: Channel;
  readonly #manner: Manner;
  readonly #fleet: Fleet;
  readonly #maxConcurrency: number;
  readonly #onResult: CallManyOptions["onResult"];

  /** @throws TypeError where the channel is not one that `connect` made to a resolver */
  constructor(channel: Channel, manner: Manner, options: CallManyOptions) {
    checkNames(`${manner.name}()`, { maxConcurrency: true, onResult: true }, options);
    const { maxConcurrency = 64, onResult } = options;
    const fleet = fleetOf(channel);
    if (fleet === undefined) {
      throw new TypeError(
        `${manner.name} takes a channel to a resolver, as connect() makes it: this one has no endpoints to call`,
      );
    }
    this.#channel = channel;
    this.#manner = manner;
    this.#fleet = fleet;
    this.#maxConcurrency = checkCount("maxConcurrency", maxConcurrency);
    this.#onResult = onResult;
  }

  async unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    const fleet = this.#fleet;
    // It bounds all of them, also those that begin later.
    const bounded = { ...options, deadline: resolveDeadline(method, options, fleet.defaultTimeout) };
    const endpoints = await this.#manner.endpoints(fleet, method, bounded);
    const setup: ManyCallsSetup<I, O> = {
      channel: this.#channel,
      fleet,
      endsWith: this.#manner.endsWith,
      maxConcurrency: this.#maxConcurrency,
      onResult: this.#onResult,
      name: fleet.target,
      method,
      request,
      options: bounded,
    };
    return new ManyCalls(setup, endpoints).run();
  }

  /** What several streams would be as one, nobody can say: it fails when it is read. */
  stream<I, O>(method: Streaming<I, O>): ResponseStream<O> {
    const text = `${method.path} is a ${method.kind}: ${this.#manner.name} makes unary calls only`;
    return new Responses<O>(method, () =>
      Promise.reject(new RpcError("UNIMPLEMENTED", text, { sent: "no" })),
    );
  }

  /** Closes the channel that it is made of. */
  close(): Promise<void> {
    return this.#channel.close();
  }
}
