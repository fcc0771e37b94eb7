import type { CallOptions } from "../call-options.ts";
import { now } from "../clock.ts";
import { RpcError, type Sent } from "../errors.ts";
import { detach } from "../propagation.ts";
import type { MessageStream } from "../protocol/message-stream.ts";
import { type CallHolder, PendingCall } from "../protocol/pending-call.ts";
import type { Connection, ConnectionOwner } from "../protocol/protocol.ts";
import { isEndless, StreamCall } from "../protocol/stream-call.ts";
import type { Streaming, Unary } from "../schema/service.ts";
import type { ChannelState, ResponseStream, StatefulChannel } from "./channel.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { dialConnection, type DialOptions } from "./dial-connection.ts";
import { IdleWatch } from "./idle-watch.ts";
import { Redial } from "./redial.ts";
import { onlyOf, Responses } from "./responses.ts";

/** What an address channel is made of. */
export interface AddressChannelOptions extends DialOptions {
  /** In ms; Infinity for none. */
  readonly defaultTimeout: number;
  /** How long a connection may carry nothing before it is closed, in ms; Infinity for ever. */
  readonly idleTimeout: number;
  /** How many there may be at once: another is opened when those that there are take no more calls. */
  readonly maxConnections: number;
}

/**
 * A channel to one address. It keeps a connection there, or several where one does not do, dials again with growing pauses when
 * the last is lost, and queues calls while there is none or while the server takes no more.
 */
export class AddressChannel implements StatefulChannel, ConnectionOwner, CallHolder {
  readonly target: string;
  onStateChange: (() => void) | undefined;
  readonly #options: AddressChannelOptions;
  readonly #redial = new Redial(() => {
    // What it failed with is in lastError.
    this.connect().catch(() => {});
  });
  /** Calls that no connection has taken, in order. */
  readonly #queue = new Set<PendingCall>();
  readonly #connections = new ConnectionPool();
  readonly #idle: IdleWatch;
  readonly #stop = new AbortController();
  #state: ChannelState = "idle";
  #lastError: RpcError | undefined;
  #dialing: Promise<void> | undefined;
  /** Whether a further connection is being dialled. */
  #widening = false;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: AddressChannelOptions) {
    this.target = options.target;
    this.#options = options;
    this.#idle = new IdleWatch(options.idleTimeout, (connection) => this.#retire(connection));
  }

  get state(): ChannelState {
    return this.#state;
  }

  get lastError(): RpcError | undefined {
    return this.#lastError;
  }

  get inFlight(): number {
    return this.#queue.size + this.#connections.inFlight;
  }

  get load(): number | undefined {
    return this.#connections.load;
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
    time?: number,
  ): void {
    const { defaultTimeout } = this.#options;
    this.#begin(new PendingCall(this, method, request, options, defaultTimeout, resolve, reject, time));
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    return new Responses(method, () => {
      if (method.kind !== "server-stream")
        return this.#start(StreamCall.ofMany(this, method, requests, options));
      const start = (request: I): MessageStream<O> =>
        this.#start(StreamCall.ofOne(this, method, request, options));
      // As generated stubs give it: the call starts without a turn in between.
      if (Array.isArray(requests) && requests.length === 1) return start(requests[0] as I);
      return onlyOf(method, requests).then(start);
    });
  }

  connect(): Promise<void> {
    if (this.#state === "ready") return Promise.resolve();
    if (this.#state === "closed") return Promise.reject(this.#closedError());
    return (this.#dialing ??= this.#dial());
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  // Calls

  #start<O>(call: StreamCall<unknown, O>): MessageStream<O> {
    this.#begin(call);
    return call.responses;
  }

  #begin(call: PendingCall): void {
    if (this.#closing !== undefined) call.failWith("UNAVAILABLE", "the channel is closed", { sent: "no" });
    else if (call.begin()) this.#dispatch(call, call.started);
  }

  #dispatch(call: PendingCall, time: number): void {
    if (this.#queue.size === 0 && this.#connections.send(call, time)) return;
    const { maxConcurrentCalls } = this.#options.limits;
    if (this.#queue.size >= maxConcurrentCalls) {
      const text = `${maxConcurrentCalls} calls wait already (option maxConcurrentCalls): ${this.waitingFor()}`;
      return call.failWith("RESOURCE_EXHAUSTED", text, { sent: "no" });
    }
    call.holder = this;
    this.#queue.add(call);
    if (this.#connections.size > 0) this.#widen();
    else if (this.#dialing === undefined) this.#redial.hurry();
  }

  #sendQueued(): void {
    const time = now();
    for (const call of this.#queue) {
      if (!this.#connections.send(call, time)) return this.#widen();
      this.#queue.delete(call);
    }
    this.#checkIdle();
  }

  abandon(call: PendingCall): Sent {
    this.#queue.delete(call);
    this.#checkIdle();
    return "no";
  }

  waitingFor(): string {
    if (this.#connections.size > 0) return "waiting in the queue: the server takes no more calls at once";
    const last =
      this.#lastError === undefined ? "" : `; the last attempt failed: ${this.#lastError.rawMessage}`;
    return `waiting for a connection${last}`;
  }

  // Connections

  async #dial(): Promise<void> {
    this.#redial.started();
    this.#setState("connecting");
    try {
      await this.#open();
      this.#dialing = undefined;
      this.#lastError = undefined;
      this.#redial.succeeded();
      this.#setState("ready");
      this.#sendQueued();
    } catch (error) {
      this.#dialing = undefined;
      this.#onDialFailed(error as RpcError);
      throw error;
    }
  }

  async #open(): Promise<void> {
    // A connection carries calls of all kinds: what it does belongs to none, least of all to the one that made it dial.
    const connection = await detach(() => dialConnection(this.#options, this, this.#stop.signal));
    if (!connection.isOpen) throw this.#closedAtOnce();
    if (this.#state === "closed") return connection.destroy(this.#closedError());
    this.#connections.add(connection);
    this.#idle.add(connection);
  }

  /** Opens a further connection for calls that those there are do not take; where that fails, the calls wait for these. */
  #widen(): void {
    const { size } = this.#connections;
    if (this.#widening || size === 0 || size >= this.#options.maxConnections) return;
    this.#widening = true;
    this.#open().then(
      () => {
        this.#widening = false;
        this.#sendQueued();
      },
      () => (this.#widening = false),
    );
  }

  /** It carries nothing: it is closed, and the channel dials again when there is a call. */
  #retire(connection: Connection): void {
    this.#leave(connection);
    connection.drain();
    if (this.#connections.size === 0 && this.#dialing === undefined) this.#setState("idle");
  }

  /** The connection takes no more calls. False where it took none before. */
  #leave(connection: Connection): boolean {
    this.#idle.delete(connection);
    return this.#connections.leave(connection);
  }

  #onDialFailed(error: RpcError): void {
    this.#lastError = error;
    const waiting = [...this.#queue];
    this.#queue.clear();
    this.#down();
    for (const call of waiting) {
      call.failWith(error.code, `no connection: ${error.rawMessage}`, { sent: "no", cause: error.cause });
    }
    this.#checkIdle();
  }

  /** There is no connection: another is dialled for the calls that wait, or after a pause, unless the channel closes. */
  #down(): void {
    if (this.#queue.size > 0) this.#redial.hurry();
    else if (this.#closing === undefined) this.#redial.schedule();
    this.#setState("failed");
  }

  onRoom(): void {
    this.#sendQueued();
  }

  onGoingAway(connection: Connection): void {
    if (!this.#leave(connection) || this.#connections.size > 0) return;
    this.#lastError = new RpcError("UNAVAILABLE", "the server is going away", { prefix: this.target });
    this.#down();
  }

  onReturned(call: PendingCall): void {
    if (!(call instanceof StreamCall && call.requestsTaken)) return this.#dispatch(call, now());
    const text = "the server is going away and did not run the call; its requests cannot be asked for again";
    call.failWith("UNAVAILABLE", text, { sent: "no" });
  }

  onClosed(connection: Connection, reason: RpcError): void {
    this.#connections.remove(connection);
    if (this.#leave(connection) && this.#connections.size === 0) {
      this.#lastError = reason;
      this.#down();
    }
    this.#checkIdle();
  }

  // The end

  async #close(): Promise<void> {
    for (const call of this.#queue) if (isEndless(call)) call.giveUp("CANCELLED", "the channel was closed");
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#checkIdle();
    });
    this.#stop.abort(this.#closedError());
    this.#redial.cancel();
    this.#setState("closed");
  }

  /** A closing channel is done when no call waits and every connection has finished what it had. */
  #checkIdle(): void {
    if (this.#onIdle === undefined || this.#queue.size > 0) return;
    this.#connections.drain();
    if (this.#connections.isEmpty) this.#onIdle();
  }

  #setState(state: ChannelState): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    this.onStateChange?.();
  }

  /** The server's first bytes ended the connection, before this channel could hear of it. */
  #closedAtOnce(): RpcError {
    const text = "the server ended the connection right after the handshake";
    return new RpcError("UNAVAILABLE", text, { prefix: this.target, sent: "no" });
  }

  #closedError(): RpcError {
    return new RpcError("UNAVAILABLE", "the channel is closed", { prefix: this.target, sent: "no" });
  }
}
