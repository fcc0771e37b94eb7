import { now } from "../clock.ts";
import { deadlines, Expiring } from "../deadline-queue.ts";
import { RpcError } from "../errors.ts";
import { Metadata } from "../metadata.ts";
import type { AnyMethod } from "../schema/service.ts";
import type { RemotePeer } from "../transport/transport.ts";
import type { Pulled } from "./stream-call.ts";

/** Who called. */
export interface Peer extends RemotePeer {
  /** The protocol that the connection speaks. */
  readonly protocol: string;
}

/** What a handler knows of the call that it answers. */
export interface CallContext {
  /** What is called, with what its schema says of it. */
  readonly method: AnyMethod;
  /** Where the call comes from: address, protocol, and over TLS the certificate. */
  readonly peer: Peer;
  /** What the caller sent beside its request. */
  readonly metadata: Metadata;
  /** Sent to the caller behind the answer. */
  readonly trailers: Metadata;
  /** Fires when the caller is gone, has cancelled, or the deadline has passed; its reason is an RpcError. */
  readonly signal: AbortSignal;
  /** Why the signal has fired, or would have; undefined until then. Asking costs less than a signal, which is made at its first use. */
  readonly abortReason: RpcError | undefined;
  /** On the monotonic clock (`performance.now()`); Infinity for none. */
  readonly deadline: number;
  /** In ms, at least 0; Infinity where there is no deadline. */
  timeRemaining(): number;
}

/** Which bound a call's deadline comes from. */
export interface Bound {
  readonly ms: number;
  /** For the message when it runs out. */
  readonly name: string;
}

export const noBound: Bound = { ms: Infinity, name: "no bound" };

/**
 * A call on the server: what the protocol delivers, the router runs and the handler gets as its context. One object, so that a
 * call costs one.
 */
export abstract class ServerCall extends Expiring implements CallContext {
  readonly method: AnyMethod;
  readonly peer: Peer;
  readonly deadline: number;
  /** Whether its handler was entered. */
  entered = false;
  readonly #bound: Bound;
  #metadata: Metadata | undefined;
  #trailers: Metadata | undefined;
  #controller: AbortController | undefined;
  #aborted: RpcError | undefined;

  constructor(method: AnyMethod, peer: Peer, arrived: number, bound: Bound, metadata: Metadata | undefined) {
    super();
    this.method = method;
    this.peer = peer;
    this.deadline = arrived + bound.ms;
    this.#bound = bound;
    this.#metadata = metadata;
  }

  get metadata(): Metadata {
    return (this.#metadata ??= new Metadata());
  }

  get trailers(): Metadata {
    return (this.#trailers ??= new Metadata());
  }

  /** The trailers, where the handler has any. */
  get sentTrailers(): Metadata | undefined {
    return this.#trailers;
  }

  // Made when it is asked for: most handlers never look.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  get abortReason(): RpcError | undefined {
    return this.#aborted;
  }

  timeRemaining(): number {
    return this.deadline === Infinity ? Infinity : Math.max(0, this.deadline - now());
  }

  /** Starts watching the deadline. A handler that answers at once never needs it. */
  watchDeadline(): void {
    deadlines.add(this);
  }

  /** Stops watching it: the call is answered. */
  unwatchDeadline(): void {
    deadlines.remove(this);
  }

  /** Tells the handler that nobody waits for its answer. */
  abort(reason: RpcError): void {
    deadlines.remove(this);
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  expire(): void {
    const { ms, name } = this.#bound;
    const error = new RpcError("DEADLINE_EXCEEDED", `${name} of ${ms} ms ran out ${this.stage}`);
    // First: what still reads requests then learns of the deadline too.
    this.abort(error);
    this.refuse(error);
  }

  /** How far the call is, for the message of its deadline. */
  protected abstract readonly stage: string;
  /** Sends the handler's result; dropped where the call was answered before. */
  abstract answer(value: unknown): void;
  /**
   * Sends each value as the caller takes them. Resolves when the last one is sent, or, where the call has ended before, when the
   * iterator has finished; rejects with what it threw.
   */
  abstract sendAll(values: Pulled<unknown>): Promise<void>;
  /** Sends an error; dropped where the call was answered before. */
  abstract refuse(error: RpcError): void;
  /** The handler has settled: its place is free again. Called once, after `answer` or `refuse`, where the handler was entered. */
  abstract release(): void;
}
