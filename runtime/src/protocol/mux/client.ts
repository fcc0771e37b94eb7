import type { Duplex } from "node:stream";
import { now } from "../../clock.ts";
import { RpcError, type Sent, type StatusCode } from "../../errors.ts";
import { lingerTime } from "../../limits.ts";
import type { CallHolder, PendingCall } from "../pending-call.ts";
import type { Connection, ConnectionOwner, OpenOptions } from "../protocol.ts";
import { isEndless, StreamCall } from "../stream-call.ts";
import { isBatch } from "./batches.ts";
import { AnswerReader } from "./calls/answer-reader.ts";
import { CallIds } from "./calls/call-ids.ts";
import { CallTable } from "./calls/call-table.ts";
import { openStream } from "./calls/client-stream.ts";
import { ReceivedLoad } from "./calls/load.ts";
import { type RequestEvents, RequestWriter } from "./calls/request-writer.ts";
import { Flag, isAfter, Kind } from "./frames/frame.ts";
import { FrameReader, type FrameSink } from "./frames/frame-reader.ts";
import { readNumber } from "./frames/number.ts";
import { readGoaway } from "./goaway.ts";
import type { Option, PeerLimits } from "./handshake.ts";
import { Keepalive, type KeepaliveHost } from "./keepalive.ts";
import { Output, type OutputEvents } from "./output/output.ts";
import { atTurnEnd, countConnection, noteRead, uncountConnection } from "./output/turn-end.ts";
import { Streams } from "./streams/streams.ts";

/** One connection of a channel, after the handshake. */
export class MuxClientConnection
  implements Connection, FrameSink, CallHolder, RequestEvents, KeepaliveHost, OutputEvents
{
  readonly target: string;
  readonly #stream: Duplex;
  readonly #options: OpenOptions;
  readonly #owner: ConnectionOwner;
  readonly #output: Output;
  readonly #frames: FrameReader;
  readonly #requests: RequestWriter;
  readonly #calls = new CallTable<PendingCall>();
  readonly #answers: AnswerReader;
  readonly #load = new ReceivedLoad();
  /** What the server accepts. */
  readonly #accepts: PeerLimits;
  /** Made when it is needed. */
  #madeStreams: Streams | undefined;
  readonly #keepalive: Keepalive;
  /** At once: neither side wants more. */
  readonly #maxCalls: number;
  readonly #ids: CallIds;
  #open = true;
  #draining = false;
  #refusedOne = false;
  /** What the server said when it announced its end. */
  #farewell = "";
  #linger: NodeJS.Timeout | undefined;

  constructor(
    stream: Duplex,
    options: OpenOptions,
    owner: ConnectionOwner,
    server: Option,
    ids: CallIds = new CallIds(),
  ) {
    this.target = options.target;
    this.#stream = stream;
    this.#options = options;
    this.#owner = owner;
    this.#ids = ids;
    const { limits } = options;
    this.#accepts = server.accepts;
    this.#maxCalls = Math.min(limits.maxConcurrentCalls, server.accepts.maxConcurrentCalls);
    const { maxFrameBytes: maxFrame, maxMessageBytes: maxMessage } = server.accepts;
    this.#output = new Output(
      stream,
      { maxUnsent: limits.maxUnsentBytes, maxFrame, maxMessage, spliceAbove: options.codec.spliceAbove },
      this,
      atTurnEnd,
    );
    this.#frames = new FrameReader(this, limits.maxFrameBytes);
    this.#requests = new RequestWriter(this.#output, options.codec, server.accepts, this);
    this.#answers = new AnswerReader(options);
    this.#keepalive = new Keepalive(options, this);
    countConnection();
  }

  get #streams(): Streams {
    return (this.#madeStreams ??= new Streams({
      output: this.#output,
      codec: this.#options.codec,
      budget: this.#answers.budget,
      limits: this.#options.limits,
      peer: this.#accepts,
      // A client always reads.
      onGranted: () => {},
    }));
  }

  /** Starts reading; `rest` came behind the handshake. */
  start(rest: Uint8Array): void {
    this.#stream.on("data", (chunk: Uint8Array) => {
      const time = now();
      this.#answers.arrived = time;
      this.#keepalive.onSign(time);
      noteRead();
      this.#frames.push(chunk);
    });
    this.#stream.on("error", (error) => this.#lose(error.message, error));
    this.#stream.on("end", () => this.#lose(`the server closed it${this.#farewell}`));
    this.#stream.on("close", () => this.#lose("it was closed"));
    if (rest.length > 0) this.#frames.push(rest);
    this.#stream.resume();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get unsent(): number {
    return this.#output.unsent;
  }

  get callsTaken(): number {
    return this.#ids.last;
  }

  get load(): number | undefined {
    return this.#load.value;
  }

  get isOpen(): boolean {
    return this.#open && !this.#draining;
  }

  send(call: PendingCall, time: number): boolean {
    if (!this.isOpen) return false;
    if (this.#output.isWriting) {
      const text =
        "it was made while another call's request was being encoded: a getter of that request made it";
      call.failWith("FAILED_PRECONDITION", text, { sent: "no" });
      return true;
    }
    if (this.#calls.size >= this.#maxCalls || this.#output.isFull) {
      this.#refusedOne = true;
      return false;
    }
    call.holder = this;
    call.id = this.#ids.next(this.#isLive);
    this.#calls.add(call);
    this.#keepalive.watch(false);
    if (!this.#requests.write(call, time)) this.#calls.delete(call);
    else if (isBatch(this.#output.waiting, this.#calls.size)) this.#output.sendBatch();
    return true;
  }

  drain(): void {
    this.#draining = true;
    for (const call of this.#calls.all())
      if (isEndless(call)) call.giveUp("CANCELLED", "the channel was closed");
    this.#closeWhenIdle();
  }

  destroy(reason: RpcError): void {
    this.#lose(reason.rawMessage, reason);
  }

  abandon(call: PendingCall, why: StatusCode): Sent {
    // Of a large request nothing may have gone out: then it was never there.
    const started = call.epoch !== Infinity;
    const sent = this.#isUnsent(call) && !(this.#open && started) ? "no" : "maybe";
    this.#forget(call);
    if (this.#open && started) this.#requests.writeCancel(call.id, why);
    this.#onEnded();
    return sent;
  }

  ping(): void {
    this.#output.ping();
  }

  onQuiet(): void {
    this.#calls.trim();
    this.#frames.trim();
  }

  onDead(reason: string): void {
    this.#lose(reason);
  }

  waitingFor({ method }: PendingCall): string {
    return method.kind === "unary" ? "waiting for the answer" : "the stream was open";
  }

  // Requests

  readonly #isLive = (id: number): boolean => this.#calls.get(id) !== undefined;

  /** A large request goes out behind later calls. */
  renew(call: PendingCall): void {
    if (call.id === this.#ids.last) return;
    this.#calls.delete(call);
    call.id = this.#ids.next(this.#isLive);
    this.#calls.add(call);
  }

  onStarted(call: PendingCall): void {
    if (call instanceof StreamCall) openStream(call, this.#streams);
  }

  // Frames

  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    switch (kindAndFlags & 0x0f) {
      case Kind.RESPONSE:
        return this.#onResponse(kindAndFlags, id, bytes, start, end);
      case Kind.MESSAGE:
        if ((kindAndFlags & Flag.COUNTED) !== 0)
          return this.#streams.onMessage(kindAndFlags, id, bytes, start, end, this.#frames.isOwn);
        return this.#onPiece(kindAndFlags, id, bytes, start, end);
      case Kind.WINDOW:
        return this.#streams.onWindow(id, bytes, start, end);
      case Kind.PING:
        return this.#output.pong(bytes, start, end);
      case Kind.GOAWAY:
        return this.#onGoaway(bytes, start, end);
      case Kind.LOAD:
        return this.#load.read(bytes, start, end);
      case Kind.SIZE:
        return this.#answers.budget.announce(id, readNumber(bytes, start, end));
      case Kind.PONG:
        return this.#output.onPong(bytes, start, end);
      default:
        throw new Error("this side does not know the kind");
    }
  }

  #onResponse(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const call = this.#calls.get(id);
    // An answer to a call that its caller has given up.
    if (call === undefined) return;
    if ((kindAndFlags & Flag.MORE) === 0) {
      // An answer ends the call both ways, even in the middle of its request.
      this.#forget(call);
      this.#answers.settle(call, kindAndFlags, bytes, start, end);
      return this.#onEnded();
    }
    this.#answers.begin(call, kindAndFlags);
    this.#onPiece(kindAndFlags, id, bytes, start, end);
  }

  #onPiece(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const partial = this.#answers.get(id);
    if (partial === undefined) return;
    const refusal = this.#answers.add(partial, bytes, start, end);
    if (refusal !== undefined) return this.#refuseAnswer(partial.call, refusal);
    if ((kindAndFlags & Flag.MORE) !== 0) return;
    const whole = partial.assembly.join();
    this.#forget(partial.call);
    this.#answers.settleWhole(partial, whole);
    this.#onEnded();
  }

  #refuseAnswer(call: PendingCall, reason: string): void {
    this.abandon(call, "RESOURCE_EXHAUSTED");
    call.failWith("RESOURCE_EXHAUSTED", `the answer was refused: ${reason}`, { sent: "yes" });
  }

  /** Calls above the last accepted one were not run, and go out elsewhere; the rest are still answered. */
  #onGoaway(bytes: Uint8Array, start: number, end: number): void {
    const { last, code, reason } = readGoaway(bytes, start, end);
    this.#farewell = ` (${code}: ${reason})`;
    this.#draining = true;
    const returned = this.#calls.all().filter((call) => isAfter(call.id, last) || call.epoch === Infinity);
    for (const call of returned) this.#forget(call);
    this.#owner.onGoingAway(this);
    for (const call of returned) this.#owner.onReturned(call);
    this.#closeWhenIdle();
  }

  // Room and the end

  onRoom(): void {
    if (!this.#refusedOne || !this.#open) return;
    this.#refusedOne = false;
    this.#owner.onRoom();
  }

  onCalm(): void {
    this.#madeStreams?.resume();
  }

  #onEnded(): void {
    if (this.#refusedOne) this.onRoom();
    if (this.#draining) this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (!this.#open || !this.#draining || this.#calls.size > 0 || this.#linger !== undefined) return;
    this.#linger = setTimeout(() => this.#lose("the server did not close it in time"), lingerTime);
    this.#output.end(() => {});
  }

  #isUnsent(call: PendingCall): boolean {
    return call.epoch >= this.#output.epoch;
  }

  /** The connection has no more to do with the call. */
  #forget(call: PendingCall): void {
    this.#calls.delete(call);
    // Before the output drops what is left of a message: how much of it went out says what the rest would have cost.
    if (call.method.kind !== "unary") this.#madeStreams?.close(call.id);
    this.#output.drop(call.id);
    this.#answers.drop(call.id);
  }

  onViolation(reason: string): void {
    this.#lose(`the server broke the protocol: ${reason}`);
  }

  #lose(reason: string, cause?: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    uncountConnection();
    clearTimeout(this.#linger);
    this.#keepalive.stop();
    this.#frames.stop();
    this.#stream.destroy();
    for (const call of this.#calls.all()) {
      const sent = this.#isUnsent(call) ? "no" : "maybe";
      const outcome = sent === "no" ? "the call was not sent" : "the server may have run the call";
      call.failWith("UNAVAILABLE", `the connection was lost: ${reason}; ${outcome}`, { sent, cause });
      this.#calls.delete(call);
    }
    this.#madeStreams?.closeAll();
    this.#answers.dropAll();
    this.#output.discard();
    this.#owner.onClosed(
      this,
      new RpcError("UNAVAILABLE", `the connection was lost: ${reason}`, { prefix: this.target, cause }),
    );
  }
}
