import type { Duplex } from "node:stream";
import { now } from "../../clock.ts";
import type { Codec } from "../../codec/codec.ts";
import { RpcError, type StatusCode, statusCode } from "../../errors.ts";
import { streamsRequests } from "../../schema/service.ts";
import type { RemotePeer } from "../../transport/transport.ts";
import { boundOf } from "../bound.ts";
import { logClosed, logRefusal } from "../log-refusal.ts";
import type { ServedConnection, ServerHost } from "../protocol.ts";
import type { Peer } from "../server-call.ts";
import type { Pulled } from "../stream-call.ts";
import { AnswerWriter } from "./calls/answer-writer.ts";
import { CallTable } from "./calls/call-table.ts";
import { RequestReader } from "./calls/request-reader.ts";
import { type CallOwner, MuxServerCall } from "./calls/server-call.ts";
import { closeStreams, receiveRequests } from "./calls/server-stream.ts";
import { Flag, isAfter, Kind } from "./frames/frame.ts";
import { FrameReader, type FrameSink } from "./frames/frame-reader.ts";
import { readNumber } from "./frames/number.ts";
import type { Option, PeerLimits } from "./handshake.ts";
import { Input, type InputHost } from "./input.ts";
import { Keepalive, type KeepaliveHost } from "./keepalive.ts";
import { Output, type OutputEvents } from "./output/output.ts";
import { Shutdown, type ShutdownHost } from "./shutdown.ts";
import type { OutgoingEvents } from "./streams/outgoing.ts";
import { Streams } from "./streams/streams.ts";

/** One connection of a server, after the handshake. */
export class MuxServerConnection
  implements ServedConnection, FrameSink, CallOwner, KeepaliveHost, OutputEvents, InputHost, ShutdownHost
{
  readonly canLeave = true;
  readonly #stream: Duplex;
  readonly #peer: Peer;
  readonly #host: ServerHost;
  /** What the client accepts. */
  readonly #accepts: PeerLimits;
  /** As the client asked for it, in ms; 0 for none. */
  readonly #handleTimeout: number;
  readonly #codec: Codec;
  readonly #output: Output;
  readonly #answers: AnswerWriter;
  readonly #frames: FrameReader;
  readonly #input: Input;
  readonly #requests: RequestReader;
  readonly #calls = new CallTable<MuxServerCall>();
  readonly #keepalive: Keepalive;
  // What idle connections do without is made when it is needed: there may be thousands of them.
  #madeStreams: Streams | undefined;
  #madeShutdown: Shutdown | undefined;
  /** Handlers entered and not settled; a cancelled call keeps its place until its handler does. */
  #running = 0;
  #lastAccepted = 0;
  /** Answers that wait until the peer has taken earlier ones. */
  #held: Map<MuxServerCall, unknown> | undefined;
  #closed = false;

  constructor(stream: Duplex, peer: RemotePeer, host: ServerHost, codec: Codec, client: Option) {
    this.#stream = stream;
    this.#peer = { ...peer, protocol: "mux/1" };
    this.#host = host;
    this.#accepts = client.accepts;
    this.#handleTimeout = client.handleTimeout;
    this.#codec = codec;
    const { limits } = host;
    const { maxFrameBytes: maxFrame, maxMessageBytes: maxMessage } = client.accepts;
    this.#output = new Output(
      stream,
      { maxUnsent: limits.maxUnsentBytes, maxFrame, maxMessage, spliceAbove: codec.spliceAbove },
      this,
    );
    this.#answers = new AnswerWriter(this.#output, codec, client.accepts, host);
    this.#frames = new FrameReader(this, limits.maxFrameBytes);
    this.#input = new Input(stream, this.#frames, this);
    this.#requests = new RequestReader(host, codec);
    this.#keepalive = new Keepalive(host, this);
  }

  get #streams(): Streams {
    return (this.#madeStreams ??= new Streams({
      output: this.#output,
      codec: this.#codec,
      budget: this.#requests.budget,
      limits: this.#host.limits,
      peer: this.#accepts,
      onGranted: () => this.#afterWrite(),
    }));
  }

  get #shutdown(): Shutdown {
    return (this.#madeShutdown ??= new Shutdown(this.#output, this));
  }

  /** Starts reading; `rest` came behind the handshake. */
  start(rest: Uint8Array): void {
    this.#stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    this.#stream.on("end", () => this.destroy("the peer closed the connection"));
    this.#stream.on("error", (error) => this.destroy(error.message));
    this.#stream.on("close", () => this.destroy("the connection was closed"));
    // First, since what is read may pause it.
    this.#stream.resume();
    if (rest.length > 0) this.#onData(rest);
  }

  drain(reason: string): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#shutdown.drain(reason);
  }

  onOverdue(): void {
    this.destroy("the peer did not close in time");
  }

  destroy(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keepalive.stop();
    this.#frames.stop();
    this.#stream.destroy();
    this.#cancelAll(reason);
    this.#output.discard();
    this.#host.onClosed(this);
    this.#madeShutdown?.stop();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get lastAccepted(): number {
    return this.#lastAccepted;
  }

  get mayRead(): boolean {
    return !this.#output.isFull && !this.#closed;
  }

  get unsent(): number {
    return this.#output.unsent;
  }

  ping(): void {
    this.#output.ping();
  }

  onQuiet(): void {
    this.#calls.trim();
    this.#frames.trim();
  }

  onDead(reason: string): void {
    logClosed(this.#host.logger, this.#peer.address, reason);
    this.destroy(reason);
  }

  // Frames

  #onData(chunk: Uint8Array): void {
    const time = now();
    this.#keepalive.onSign(time);
    this.#input.push(chunk, time);
  }

  onChunkRead(): void {
    this.#requests.release();
  }

  /** The peer has taken answers: those held go out, and reading goes on if it can. */
  onRoom(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [call, value] of held) call.answer(value);
    this.#input.resume();
  }

  onCalm(): void {
    this.#madeStreams?.resume();
  }

  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    this.#input.count();
    switch (kindAndFlags & 0x0f) {
      case Kind.REQUEST:
        return this.#onRequest(kindAndFlags, id, bytes, start, end);
      case Kind.MESSAGE:
        return this.#onMessage(kindAndFlags, id, bytes, start, end);
      case Kind.CANCEL:
        return this.#onCancel(id, bytes, start, end);
      case Kind.PING:
        return this.#output.pong(bytes, start, end);
      case Kind.WINDOW:
        return this.#streams.onWindow(id, bytes, start, end);
      case Kind.PONG:
        this.#output.onPong(bytes, start, end);
        return this.#madeShutdown?.onPong(bytes, start, end);
      case Kind.SIZE:
        return this.#requests.budget.announce(id, readNumber(bytes, start, end));
      case Kind.GOAWAY:
        return;
      default:
        throw new Error("this side does not know the kind");
    }
  }

  #onRequest(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    this.#requests.readHead(bytes, start, end);
    const { entry, timeout, metadata } = this.#requests;
    // After GOAWAY the client knows that these are not run.
    if (this.#madeShutdown?.isAccepting === false) return;
    if (id === 0) throw new Error("call id 0 names the connection");
    if (this.#calls.get(id) !== undefined) throw new Error(`call id ${id} is in use`);
    if (isAfter(id, this.#lastAccepted)) this.#lastAccepted = id;
    if (typeof entry === "string") {
      return this.#refuse(id, "UNIMPLEMENTED", this.#host.explainMissing(entry));
    }
    if (this.#running >= this.#host.limits.maxConcurrentCalls) {
      const limit = this.#host.limits.maxConcurrentCalls;
      return this.#refuse(
        id,
        "RESOURCE_EXHAUSTED",
        `${limit} calls run on this connection (option maxConcurrentCalls)`,
      );
    }
    const bound = boundOf(timeout, entry.method.timeout, this.#handleTimeout, this.#host.handleTimeout);
    const call = new MuxServerCall(this, id, entry, this.#peer, this.#input.arrived, bound, metadata);
    this.#running++;
    this.#calls.add(call);
    this.#keepalive.watch(true);
    this.#begin(call, kindAndFlags, bytes, start, end);
  }

  #begin(call: MuxServerCall, kindAndFlags: number, bytes: Uint8Array, start: number, end: number): void {
    if (streamsRequests(call.method)) {
      const requests = receiveRequests(call, this.#streams);
      if ((kindAndFlags & Flag.END_STREAM) !== 0) requests.end();
      return call.route.run(call, requests);
    }
    if ((kindAndFlags & Flag.MORE) !== 0) return this.#assemble(call, bytes, start, end);
    let request: unknown;
    try {
      request = this.#requests.readBody(call.method, end);
    } catch (error) {
      return this.#refuseCall(call, error as RpcError);
    }
    call.route.run(call, request);
  }

  #assemble(call: MuxServerCall, bytes: Uint8Array, start: number, end: number): void {
    // A message that never ends is given up at its deadline.
    call.watchDeadline();
    try {
      this.#requests.begin(call, bytes, start, end);
    } catch (error) {
      this.#refuseCall(call, error as RpcError);
    }
  }

  #onMessage(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if ((kindAndFlags & Flag.COUNTED) !== 0)
      return this.#streams.onMessage(kindAndFlags, id, bytes, start, end, this.#frames.isOwn);
    if ((kindAndFlags & Flag.END_STREAM) !== 0) return this.#streams.onEnd(id);
    this.#onPiece(id, (kindAndFlags & Flag.MORE) !== 0, bytes, start, end);
  }

  #onPiece(id: number, more: boolean, bytes: Uint8Array, start: number, end: number): void {
    const call = this.#calls.get(id);
    // The rest of a message that was refused, cancelled or has expired.
    if (call?.assembly === undefined) return;
    let whole: { readonly request: unknown } | undefined;
    try {
      whole = this.#requests.addPiece(call, more, bytes, start, end);
    } catch (error) {
      return this.#refuseCall(call, error as RpcError);
    }
    if (whole !== undefined) call.route.run(call, whole.request);
  }

  #onCancel(id: number, bytes: Uint8Array, start: number, end: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      // Answered: what is left of a large answer need not go out.
      this.#output.drop(id);
      return;
    }
    call.cancel(cancellation(start < end ? statusCode(bytes[start]!) : "CANCELLED"));
    this.#onAnswered(call);
  }

  // Answers

  writeAnswer(call: MuxServerCall, value: unknown): boolean {
    if (this.#closed) return true;
    // A peer that does not read its answers gets no more of them, and no more of its calls are read.
    if (this.#output.isFull) {
      (this.#held ??= new Map()).set(call, value);
      this.#input.pause();
      return false;
    }
    this.#answers.write(call, value);
    this.#afterWrite();
    this.#onAnswered(call);
    return true;
  }

  sendAll(call: MuxServerCall, values: Pulled<unknown>, events: OutgoingEvents): void {
    this.#streams.send(call.id, call.method.response, values, events);
  }

  explainUnsendable(call: MuxServerCall, error: Error): RpcError {
    return this.#answers.explainUnsendable(call, error);
  }

  writeError(call: MuxServerCall, error: RpcError): void {
    if (this.#closed) return;
    this.#answers.writeError(call.id, error, call.sentTrailers, !call.entered);
    this.#afterWrite();
    this.#onAnswered(call);
  }

  onReleased(_call: MuxServerCall): void {
    this.#running--;
  }

  /** No kind of answer may pile up before a peer that does not read. */
  #afterWrite(): void {
    if (this.#output.isFull) this.#input.pause();
  }

  /** Answers a call that was never accepted. */
  #refuse(id: number, code: RpcError["code"], message: string): void {
    logRefusal(this.#host.logger, "a call", this.#peer.address, message);
    this.#answers.writeError(id, new RpcError(code, message), undefined, true);
    this.#afterWrite();
  }

  /** Answers a call that no handler will see. */
  #refuseCall(call: MuxServerCall, error: RpcError): void {
    logRefusal(this.#host.logger, `a call of ${call.method.path}`, this.#peer.address, error.rawMessage);
    call.refuse(error);
  }

  #onAnswered(call: MuxServerCall): void {
    this.#calls.delete(call);
    this.#held?.delete(call);
    this.#requests.drop(call);
    if (call.method.kind !== "unary") closeStreams(call, this.#madeStreams);
    if (!call.entered) this.#running--;
    this.#madeShutdown?.onCallEnded();
  }

  // The end

  onViolation(reason: string): void {
    if (this.#closed) return;
    logClosed(this.#host.logger, this.#peer.address, reason);
    this.#cancelAll(reason);
    this.#shutdown.abort(reason);
  }

  #cancelAll(reason: string): void {
    for (const call of this.#calls.all()) {
      this.#calls.delete(call);
      call.cancel(new RpcError("CANCELLED", reason));
      if (call.method.kind !== "unary") closeStreams(call, this.#madeStreams);
    }
    this.#held = undefined;
  }
}

/** What a handler learns of a caller that gave up: the end of the time that they share is told apart, since calls inside inherit it. */
function cancellation(why: StatusCode): RpcError {
  return why === "DEADLINE_EXCEEDED"
    ? new RpcError(why, "the caller's deadline has passed")
    : new RpcError("CANCELLED", "the caller cancelled");
}
