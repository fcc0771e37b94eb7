import type { Duplex } from "node:stream";
import { now } from "../../clock.ts";
import { RpcError } from "../../errors.ts";
import { setImmediate } from "../../immediate.ts";
import { lingerTime } from "../../limits.ts";
import type { RemotePeer } from "../../transport/transport.ts";
import { boundOf } from "../bound.ts";
import { logClosed, logRefusal } from "../log-refusal.ts";
import type { Route, ServedConnection, ServerHost } from "../protocol.ts";
import type { Peer } from "../server-call.ts";
import { keepAlive } from "./keep-alive.ts";
import { GoOutput } from "./output.ts";
import { findRoute } from "./routes.ts";
import { type GoCallOwner, GoServerCall } from "./server-call.ts";
import { errorText, noStreams } from "./texts.ts";
import type { GoRequest, GoServerWire } from "./wire.ts";

/** Requests that a connection may have handled in one turn of the event loop. */
const maxHandled = 1_000;

/** One connection of a server over one of Go's wires. */
export class GoServerConnection<Tag> implements ServedConnection, GoCallOwner<Tag> {
  /** These wires cannot announce an end: a call that is on its way would be lost. */
  readonly canLeave = false;
  readonly #stream: Duplex;
  readonly #peer: Peer;
  readonly #host: ServerHost;
  readonly #wire: GoServerWire<Tag>;
  readonly #askedTimeout: number;
  readonly #output: GoOutput;
  /** Accepted and not answered. */
  readonly #calls = new Set<GoServerCall<Tag>>();
  /** Answers that wait until the peer has taken earlier ones. */
  #held = new Map<GoServerCall<Tag>, unknown>();
  /** Handlers entered and not settled, and calls that wait for theirs. */
  #running = 0;
  #state: "open" | "draining" | "ending" | "closed" = "open";
  /** Whether the peer has ended its side. */
  #isLast = false;
  #paused = false;
  #isReading = false;
  #onDrained: () => void = () => {};
  #draining: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;

  /** @param askedTimeout - the client's bound for handlers, in ms; 0 for none */
  constructor(
    stream: Duplex,
    peer: RemotePeer,
    host: ServerHost,
    wire: GoServerWire<Tag>,
    askedTimeout: number,
  ) {
    this.#stream = stream;
    this.#peer = { ...peer, protocol: wire.name };
    this.#host = host;
    this.#wire = wire;
    this.#askedTimeout = askedTimeout;
    this.#output = new GoOutput(stream, host.limits.maxUnsentBytes, () => this.#onRoom());
  }

  /** Starts reading; `rest` was read already. */
  start(rest: Uint8Array): void {
    keepAlive(this.#stream);
    this.#stream.on("data", this.#onData);
    this.#stream.on("end", () => this.#onEnd());
    this.#stream.on("error", (error) => this.destroy(error.message));
    this.#stream.on("close", () => this.destroy("the connection was closed"));
    // First, since what is read may pause it.
    this.#stream.resume();
    if (rest.length > 0) this.#onData(rest);
    // It may have gone before anybody listened.
    if (this.#stream.destroyed) this.destroy("the connection was closed");
  }

  drain(): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    if (this.#draining !== undefined) return this.#draining;
    this.#draining = new Promise((resolve) => (this.#onDrained = resolve));
    if (this.#state === "open") this.#state = "draining";
    this.#endWhenDone();
    return this.#draining;
  }

  destroy(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#linger);
    this.#stream.destroy();
    this.#cancelAll(reason);
    this.#output.discard();
    this.#host.onClosed(this);
    this.#onDrained();
  }

  // Requests

  readonly #onData = (chunk: Uint8Array): void => {
    // What is still sent to a connection that ends is read, so that it is not reset, and dropped.
    if (this.#state === "ending" || this.#state === "closed") return;
    this.#wire.push(chunk);
    this.#read();
  };

  readonly #goOn = (): void => {
    if (!this.#paused || this.#state === "closed") return;
    this.#paused = false;
    this.#stream.resume();
    this.#read();
  };

  #read(): void {
    // A handler that answers at once comes back here, by what it frees.
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      this.#readAll();
    } catch (error) {
      this.#violation((error as Error).message);
    } finally {
      this.#isReading = false;
    }
    this.#endWhenDone();
  }

  #readAll(): void {
    const arrived = now();
    for (let handled = 0; !this.#paused; handled++) {
      // A peer that sends without end gives way to others.
      if (handled === maxHandled) return this.#pause(true);
      if (this.#state === "ending" || this.#state === "closed") return;
      if (this.#output.isFull || this.#running >= this.#host.limits.maxConcurrentCalls)
        return this.#pause(false);
      const request = this.#wire.next();
      if (request === undefined) return;
      this.#onRequest(request, arrived);
    }
  }

  /** @param isTurn - whether it goes on in the next turn; else once there is room */
  #pause(isTurn: boolean): void {
    this.#paused = true;
    this.#stream.pause();
    if (isTurn) setImmediate(this.#goOn);
  }

  #onRequest(request: GoRequest<Tag>, arrived: number): void {
    const { tag, name } = request;
    if (this.#state === "draining") return this.#refuse(tag, "the server is closing; the call was not run");
    const found = findRoute(this.#host, name);
    if ("refusal" in found) return this.#refuse(tag, found.refusal);
    const { method } = found.route;
    if (method.kind !== "unary") return this.#refuse(tag, noStreams(name, this.#wire.name));
    let body: unknown;
    try {
      body = request.decode(method.request);
    } catch (error) {
      return this.#refuse(tag, `the request does not decode: ${(error as Error).message}`);
    }
    this.#run(found.route, tag, body, arrived);
  }

  #run(route: Route, tag: Tag, body: unknown, arrived: number): void {
    const bound = boundOf(0, route.method.timeout, this.#askedTimeout, this.#host.handleTimeout);
    const call = new GoServerCall(this, tag, route, this.#peer, arrived, bound);
    this.#calls.add(call);
    this.#running++;
    route.run(call, body);
  }

  // Answers

  writeAnswer(call: GoServerCall<Tag>, value: unknown): boolean {
    if (this.#state === "closed") return true;
    if (this.#output.isFull) {
      this.#held.set(call, value);
      return false;
    }
    const start = this.#output.writer.pos;
    try {
      this.#wire.writeAnswer(this.#output.writer, call.tag, call.method.response, value);
    } catch (error) {
      this.#output.undo(start);
      this.#explainUnsendable(call, error as Error);
    }
    this.#onAnswered(call);
    return true;
  }

  #explainUnsendable(call: GoServerCall<Tag>, error: Error): void {
    this.#host.logger.error(`${call.method.path}: the handler's answer cannot be encoded: ${error.message}`, {
      error,
    });
    this.#wire.writeError(this.#output.writer, call.tag, "the server failed to encode its answer");
  }

  writeError(call: GoServerCall<Tag>, error: RpcError): void {
    if (this.#state === "closed") return;
    this.#wire.writeError(this.#output.writer, call.tag, errorText(error));
    this.#onAnswered(call);
    // Its handler will not settle, which would have made room.
    if (!call.entered) this.onReleased();
  }

  #onAnswered(call: GoServerCall<Tag>): void {
    this.#output.schedule();
    this.#calls.delete(call);
    this.#held.delete(call);
    this.#endWhenDone();
  }

  onReleased(): void {
    this.#running--;
    if (!this.#output.isFull) this.#goOn();
  }

  /** Answers a call that no handler sees. */
  #refuse(tag: Tag, reason: string): void {
    logRefusal(this.#host.logger, "a call", this.#peer.address, reason);
    this.#wire.writeError(this.#output.writer, tag, reason);
    this.#output.schedule();
  }

  #onRoom(): void {
    const held = this.#held;
    this.#held = new Map();
    for (const [call, value] of held) call.answer(value);
    if (!this.#output.isFull) this.#goOn();
  }

  // The end

  #onEnd(): void {
    this.#isLast = true;
    if (this.#state === "ending") return this.destroy("the peer closed the connection");
    if (!this.#wire.answersHalfClosed) this.#cancelAll("the peer closed the connection");
    this.#endWhenDone();
  }

  /** Once no call is left, of those that were read and of those that are to be. */
  #endWhenDone(): void {
    if (this.#calls.size > 0) return;
    const isRead = this.#isLast && !this.#paused && !this.#isReading;
    if (this.#state === "draining" || (this.#state === "open" && isRead)) this.#end();
  }

  /** Half-closes behind what is written; the peer's end is waited for, since a socket closed with unread requests loses it. */
  #end(): void {
    this.#state = "ending";
    this.#stream.resume();
    this.#output.end(() => {
      if (this.#isLast) this.destroy("the connection is done");
      else this.#startLinger();
    });
  }

  #violation(reason: string): void {
    if (this.#state === "ending" || this.#state === "closed") return;
    logClosed(this.#host.logger, this.#peer.address, reason);
    this.#cancelAll(reason);
    this.#end();
    // Whoever breaks the protocol is not waited for, whatever it has not read.
    this.#startLinger();
  }

  #startLinger(): void {
    if (this.#state !== "ending") return;
    this.#linger ??= setTimeout(() => this.destroy("the peer did not close in time"), lingerTime);
  }

  #cancelAll(reason: string): void {
    const why = new RpcError("CANCELLED", reason);
    for (const call of this.#calls) {
      this.#calls.delete(call);
      if (!call.entered) this.#running--;
      call.cancel(why);
    }
    this.#held.clear();
  }
}
