import type { Duplex } from "node:stream";
import { Reader } from "../../bytes/reader.ts";
import { now } from "../../clock.ts";
import type { Codec } from "../../codec/codec.ts";
import { RpcError, type StatusCode, statusCode, statusNumbers } from "../../errors.ts";
import { lingerTime } from "../../limits.ts";
import type { RemotePeer } from "../../transport/transport.ts";
import { MessageStream } from "../message-stream.ts";
import type { Peer } from "../server-call.ts";
import type { Pulled } from "../stream-call.ts";
import type { Route, ServedConnection, ServerHost } from "../protocol.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { Assembly, AssemblyBudget } from "./assembly.ts";
import { boundOf } from "./bound.ts";
import { CallTable } from "./call-table.ts";
import { Flag, isAfter, Kind, kindName } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import type { Option } from "./handshake.ts";
import { Keepalive, type KeepaliveHost } from "./keepalive.ts";
import { readMetadata } from "./metadata-coding.ts";
import { ReceivedMethods } from "./method-table.ts";
import type { OutgoingEvents } from "./outgoing.ts";
import { Output } from "./output.ts";
import { wellFormed } from "./response.ts";
import { type CallOwner, MuxServerCall } from "./server-call.ts";
import { Streams } from "./streams.ts";

const empty = new Uint8Array(0);

/** One connection of a server, after the handshake. */
export class MuxServerConnection implements ServedConnection, FrameSink, CallOwner, KeepaliveHost {
  readonly #stream: Duplex;
  readonly #peer: Peer;
  readonly #host: ServerHost;
  readonly #codec: Codec;
  readonly #client: Option;
  readonly #output: Output;
  readonly #answers: AnswerWriter;
  readonly #frames: FrameReader;
  readonly #reader = new Reader();
  readonly #methods: ReceivedMethods<Route>;
  readonly #calls = new CallTable<MuxServerCall>();
  readonly #budget: AssemblyBudget;
  readonly #streams: Streams;
  readonly #keepalive: Keepalive;
  /** Handlers entered and not settled; a cancelled call keeps its place until its handler does. */
  #running = 0;
  #lastAccepted = 0;
  /** When the chunk being read arrived. */
  #arrived = 0;
  #draining: Promise<void> | undefined;
  #onDrained: () => void = () => {};
  /** Answers that wait until the peer has taken earlier ones. */
  #held = new Map<MuxServerCall, unknown>();
  #linger: NodeJS.Timeout | undefined;
  #closed = false;
  /** Of the load that was sent last. */
  #loadPeriod = 0;

  constructor(stream: Duplex, peer: RemotePeer, host: ServerHost, codec: Codec, client: Option) {
    this.#stream = stream;
    this.#peer = { ...peer, protocol: "mux/1" };
    this.#host = host;
    this.#codec = codec;
    this.#client = client;
    const { limits } = host;
    const { maxFrameBytes: maxFrame, maxMessageBytes: maxMessage } = client.accepts;
    this.#output = new Output(
      stream,
      { maxUnsent: limits.maxUnsentBytes, maxFrame, maxMessage },
      { onRoom: () => this.#onRoom(), onCalm: () => this.#streams.resume() },
    );
    this.#answers = new AnswerWriter(this.#output, codec, client.accepts, host.logger);
    this.#frames = new FrameReader(this, limits.maxFrameBytes);
    this.#methods = new ReceivedMethods((path) => host.find(path));
    this.#budget = new AssemblyBudget(limits.maxMessageBytes, limits.maxReassemblyBytes);
    this.#keepalive = new Keepalive(host, this);
    this.#streams = new Streams({
      output: this.#output,
      codec,
      budget: this.#budget,
      limits,
      peer: client.accepts,
      onGranted: () => this.#afterWrite(),
    });
  }

  /** Starts reading; `rest` came behind the handshake. */
  start(rest: Uint8Array): void {
    this.#stream.on("data", this.#onData);
    this.#stream.on("end", () => this.destroy("the peer closed the connection"));
    this.#stream.on("error", (error) => this.destroy(error.message));
    this.#stream.on("close", () => this.destroy("the connection was closed"));
    // First, since what is read may pause it.
    this.#stream.resume();
    if (rest.length > 0) this.#onData(rest);
  }

  drain(reason: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#draining !== undefined) return this.#draining;
    this.#draining = new Promise((resolve) => (this.#onDrained = resolve));
    this.#writeGoaway("UNAVAILABLE", reason);
    this.#finishDrain();
    return this.#draining;
  }

  destroy(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#linger);
    this.#keepalive.stop();
    this.#frames.stop();
    this.#stream.destroy();
    this.#cancelAll(reason);
    this.#output.discard();
    this.#host.onClosed(this);
    this.#onDrained();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get unsent(): number {
    return this.#output.unsent;
  }

  ping(): void {
    this.#output.ping();
  }

  onDead(reason: string): void {
    this.#host.logger.warn(`connection from ${this.#peer.address} closed: ${reason}`, {
      peer: this.#peer.address,
      reason,
    });
    this.destroy(reason);
  }

  // Frames

  readonly #onData = (chunk: Uint8Array): void => {
    this.#arrived = now();
    this.#keepalive.onSign(this.#arrived);
    this.#frames.push(chunk);
  };

  /** The peer has taken answers: those held go out, and reading goes on if it can. */
  #onRoom(): void {
    const held = this.#held;
    this.#held = new Map();
    for (const [call, value] of held) call.answer(value);
    if (this.#output.isFull || this.#closed) return;
    this.#arrived = now();
    // The stream first: the frames that wait may pause it again.
    this.#stream.resume();
    this.#frames.resume();
  }

  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    try {
      this.#dispatch(kindAndFlags, id, bytes, start, end);
    } catch (error) {
      // Only a broken frame gets here: what a call does wrong is answered to the call.
      this.#violation(`${kindName(kindAndFlags & 0x0f)} frame: ${(error as Error).message}`);
    }
  }

  oversized(kindAndFlags: number, _id: number, length: number): void {
    const limit = this.#host.limits.maxFrameBytes;
    this.#violation(
      `${kindName(kindAndFlags & 0x0f)} frame of ${length} bytes is larger than the ${limit} agreed (option maxFrameBytes)`,
    );
  }

  #dispatch(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    switch (kindAndFlags & 0x0f) {
      case Kind.REQUEST:
        return this.#onRequest(kindAndFlags, id, bytes, start, end);
      case Kind.MESSAGE:
        return this.#onMessage(kindAndFlags, id, bytes, start, end);
      case Kind.CANCEL:
        return this.#onCancel(id, bytes, start, end);
      case Kind.PING:
        return this.#onPing(bytes, start, end);
      case Kind.WINDOW:
        return this.#streams.onWindow(id, bytes, start, end);
      case Kind.PONG:
      case Kind.GOAWAY:
        return;
      default:
        throw new Error("this side does not know the kind");
    }
  }

  #onRequest(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader.reset(bytes, start, end);
    const entry = this.#methods.read(reader, bytes, end);
    const timeout = reader.uint32();
    const metadata = readMetadata(reader, this.#host.limits.maxMetadataBytes);
    // After GOAWAY the client knows that these are not run.
    if (this.#draining !== undefined) return;
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
    const bound = boundOf(
      timeout,
      entry.method.timeout,
      this.#client.handleTimeout,
      this.#host.handleTimeout,
    );
    const call = new MuxServerCall(this, id, entry, this.#peer, this.#arrived, bound, metadata);
    this.#running++;
    this.#calls.add(call);
    this.#keepalive.watch();
    const { kind } = entry.method;
    if (kind === "client-stream" || kind === "bidi-stream")
      return this.#runStream(call, (kindAndFlags & Flag.END_STREAM) !== 0);
    if ((kindAndFlags & Flag.MORE) !== 0) return this.#assemble(call, bytes, reader.pos, end);
    this.#run(call, reader, end);
  }

  #runStream(call: MuxServerCall, isEmpty: boolean): void {
    const requests = new MessageStream<unknown>(() => {});
    call.requests = requests;
    this.#streams.receive(call.id, requests, call.method.request, {
      undecodable(cause) {
        const text = `a request of the stream does not decode: ${cause.message}`;
        return new RpcError("INVALID_ARGUMENT", text);
      },
      tooLarge: (reason) =>
        new RpcError("RESOURCE_EXHAUSTED", `a request of the stream was refused: ${reason}`),
    });
    if (isEmpty) requests.end();
    call.route.run(call, requests);
  }

  #onMessage(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if ((kindAndFlags & Flag.COUNTED) !== 0)
      return this.#streams.onMessage(kindAndFlags, id, bytes, start, end);
    if ((kindAndFlags & Flag.END_STREAM) !== 0) return this.#streams.onEnd(id);
    this.#onPiece(id, (kindAndFlags & Flag.MORE) !== 0, bytes, start, end);
  }

  #assemble(call: MuxServerCall, bytes: Uint8Array, start: number, end: number): void {
    call.assembly = new Assembly();
    // A message that never ends is given up at its deadline.
    call.watchDeadline();
    this.#addPiece(call, call.assembly, bytes, start, end);
  }

  #onPiece(id: number, more: boolean, bytes: Uint8Array, start: number, end: number): void {
    const call = this.#calls.get(id);
    // The rest of a message that was refused, cancelled or has expired.
    if (call?.assembly === undefined) return;
    const { assembly } = call;
    if (!this.#addPiece(call, assembly, bytes, start, end) || more) return;
    const whole = assembly.join();
    this.#endAssembly(call);
    this.#run(call, this.#reader.reset(whole), whole.length);
    // Else an idle connection would hold its last large request.
    this.#reader.reset(empty);
  }

  #addPiece(call: MuxServerCall, assembly: Assembly, bytes: Uint8Array, start: number, end: number): boolean {
    const refusal = this.#budget.add(assembly, bytes, start, end);
    if (refusal === undefined) return true;
    this.#refuseCall(call, new RpcError("RESOURCE_EXHAUSTED", refusal));
    return false;
  }

  #run(call: MuxServerCall, reader: Reader, end: number): void {
    let request: unknown;
    const limit = this.#host.limits.maxMessageBytes;
    try {
      if (end - reader.pos > limit) {
        const size = end - reader.pos;
        throw new RpcError(
          "RESOURCE_EXHAUSTED",
          `request of ${size} bytes is larger than the ${limit} accepted (option maxMessageBytes)`,
        );
      }
      request = this.#codec.decode(call.method.request, reader, end);
    } catch (error) {
      const text = `the request does not decode: ${(error as Error).message}`;
      return this.#refuseCall(
        call,
        error instanceof RpcError ? error : new RpcError("INVALID_ARGUMENT", text),
      );
    }
    call.route.run(call, request);
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

  #onPing(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 8) throw new Error(`a payload of ${end - start} bytes, not 8`);
    if (this.#output.isFull) return;
    const frame = this.#output.begin(Kind.PONG, 0);
    this.#output.writer.raw(bytes.subarray(start, end));
    this.#output.finish(frame);
  }

  // Answers

  writeAnswer(call: MuxServerCall, value: unknown): boolean {
    if (this.#closed) return true;
    // A peer that does not read its answers gets no more of them, and no more of its calls are read.
    if (this.#output.isFull) {
      this.#held.set(call, value);
      this.#stopReading();
      return false;
    }
    this.#writeLoad();
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
    this.#writeLoad();
    this.#answers.writeError(call.id, error, call.sentTrailers, !call.entered);
    this.#afterWrite();
    this.#onAnswered(call);
  }

  /** Once for each value, where there is an answer to go with. */
  #writeLoad(): void {
    const { period, thousandths } = this.#host.load;
    if (period === this.#loadPeriod) return;
    this.#loadPeriod = period;
    const frame = this.#output.begin(Kind.LOAD, 0);
    this.#output.writer.uint32(thousandths);
    this.#output.finish(frame);
  }

  onReleased(_call: MuxServerCall): void {
    this.#running--;
  }

  /** No kind of answer may pile up before a peer that does not read. */
  #afterWrite(): void {
    if (this.#output.isFull) this.#stopReading();
  }

  #stopReading(): void {
    this.#frames.pause();
    this.#stream.pause();
  }

  /** Answers a call that was never accepted. */
  #refuse(id: number, code: RpcError["code"], message: string): void {
    this.#logRefusal("a call", message);
    this.#answers.writeError(id, new RpcError(code, message), undefined, true);
    this.#afterWrite();
  }

  /** Answers a call that no handler will see. */
  #refuseCall(call: MuxServerCall, error: RpcError): void {
    this.#logRefusal(`a call of ${call.method.path}`, error.rawMessage);
    call.refuse(error);
  }

  #logRefusal(what: string, reason: string): void {
    const { address } = this.#peer;
    this.#host.logger.warn(`${what} from ${address} refused: ${reason}`, { peer: address, reason });
  }

  #onAnswered(call: MuxServerCall): void {
    this.#calls.delete(call);
    this.#held.delete(call);
    this.#endAssembly(call);
    if (call.method.kind !== "unary") this.#closeStreams(call);
    if (!call.entered) this.#running--;
    this.#finishDrain();
  }

  #closeStreams(call: MuxServerCall): void {
    call.requests?.fail(call.abortReason ?? new RpcError("CANCELLED", "the call is over"));
    this.#streams.close(call.id);
  }

  #endAssembly(call: MuxServerCall): void {
    if (call.assembly !== undefined) this.#budget.free(call.assembly);
    call.assembly = undefined;
  }

  // The end

  #violation(reason: string): void {
    if (this.#closed) return;
    this.#host.logger.warn(`connection from ${this.#peer.address} closed: ${reason}`, {
      peer: this.#peer.address,
      reason,
    });
    this.#frames.stop();
    this.#cancelAll(reason);
    this.#writeGoaway("INTERNAL", reason);
    this.#halfClose();
    this.#startLinger();
  }

  #cancelAll(reason: string): void {
    for (const call of this.#calls.all()) {
      this.#calls.delete(call);
      call.cancel(new RpcError("CANCELLED", reason));
      if (call.method.kind !== "unary") this.#closeStreams(call);
    }
    this.#held.clear();
  }

  #writeGoaway(code: RpcError["code"], text: string): void {
    const { writer } = this.#output;
    const start = this.#output.begin(Kind.GOAWAY, 0);
    writer.byte(this.#lastAccepted >>> 24).byte(this.#lastAccepted >>> 16);
    writer.byte(this.#lastAccepted >>> 8).byte(this.#lastAccepted);
    writer.byte(statusNumbers[code]).string(wellFormed(text.slice(0, 1024)));
    this.#output.finish(start);
  }

  /** Once no call is left: half-closes behind the last answer and waits for the peer's end: a socket closed with unread requests would reset it. */
  #finishDrain(): void {
    if (this.#draining !== undefined && !this.#closed && this.#calls.size === 0) this.#halfClose();
  }

  /** Half-closes; the peer's end is waited for once everything has left, however long it takes to read that. */
  #halfClose(): void {
    this.#output.end(() => this.#startLinger());
  }

  #startLinger(): void {
    if (this.#closed) return;
    this.#linger ??= setTimeout(() => this.destroy("the peer did not close in time"), lingerTime);
  }
}

/** What a handler learns of a caller that gave up: the end of the time that they share is told apart, since calls inside inherit it. */
function cancellation(why: StatusCode): RpcError {
  return why === "DEADLINE_EXCEEDED"
    ? new RpcError(why, "the caller's deadline has passed")
    : new RpcError("CANCELLED", "the caller cancelled");
}
