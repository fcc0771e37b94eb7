import type { Duplex } from "node:stream";
import { Reader } from "../../bytes/reader.ts";
import { MessageTooLargeError } from "../../bytes/writer.ts";
import { now } from "../../clock.ts";
import { RpcError, type Sent } from "../../errors.ts";
import { Assembly, AssemblyBudget } from "./assembly.ts";
import type { Connection, ConnectionOwner, OpenOptions } from "../protocol.ts";
import type { CallHolder, PendingCall } from "../pending-call.ts";
import { CallTable } from "./call-table.ts";
import { Flag, isAfter, Kind, kindName } from "./frame.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import type { Option } from "./handshake.ts";
import { readMetadata, writeMetadata } from "./metadata-coding.ts";
import { SentMethods } from "./method-table.ts";
import { Output } from "./output.ts";
import { readError } from "./response.ts";

/** How long a half-closed connection waits for the server's end, in ms. */
const lingerTime = 1_000;

/** An answer that came in several frames, until it is whole. */
interface PartialAnswer {
  readonly call: PendingCall;
  readonly assembly: Assembly;
  readonly kindAndFlags: number;
}

/** One connection of a channel, after the handshake. */
export class MuxClientConnection implements Connection, FrameSink, CallHolder {
  readonly target: string;
  readonly #stream: Duplex;
  readonly #options: OpenOptions;
  readonly #owner: ConnectionOwner;
  readonly #server: Option;
  readonly #output: Output;
  readonly #frames: FrameReader;
  readonly #reader = new Reader();
  readonly #methods = new SentMethods();
  readonly #calls = new CallTable<PendingCall>();
  readonly #partial = new Map<number, PartialAnswer>();
  readonly #budget: AssemblyBudget;
  #nextId = 1;
  #open = true;
  #draining = false;
  #refusedOne = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, options: OpenOptions, owner: ConnectionOwner, server: Option) {
    this.target = options.target;
    this.#stream = stream;
    this.#options = options;
    this.#owner = owner;
    this.#server = server;
    const { limits } = options;
    this.#output = new Output(stream, limits.maxUnsentBytes, () => this.#onRoom());
    this.#output.agree(server.accepts.maxFrameBytes, server.accepts.maxMessageBytes);
    this.#frames = new FrameReader(this, limits.maxFrameBytes);
    this.#budget = new AssemblyBudget(limits.maxMessageBytes, limits.maxReassemblyBytes);
  }

  /** Starts reading; `rest` came behind the handshake. */
  start(rest: Uint8Array): void {
    this.#stream.on("data", (chunk: Uint8Array) => this.#frames.push(chunk));
    this.#stream.on("error", (error) => this.#lose(error.message, error));
    this.#stream.on("end", () => this.#lose("the server closed it"));
    this.#stream.on("close", () => this.#lose("it was closed"));
    if (rest.length > 0) this.#frames.push(rest);
    this.#stream.resume();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  send(call: PendingCall): boolean {
    if (!this.#open || this.#draining) return false;
    if (this.#calls.size >= this.#server.accepts.maxConcurrentCalls || this.#output.isFull) {
      this.#refusedOne = true;
      return false;
    }
    call.holder = this;
    call.id = this.#takeId();
    if (this.#writeRequest(call)) this.#calls.add(call);
    return true;
  }

  drain(): void {
    this.#draining = true;
    this.#closeWhenIdle();
  }

  destroy(reason: RpcError): void {
    this.#lose(reason.rawMessage, reason);
  }

  abandon(call: PendingCall): Sent {
    const unsent = this.#isUnsent(call);
    this.#calls.delete(call);
    this.#dropPartial(call.id);
    // A large request of which nothing went out was never there.
    const neverThere = this.#output.drop(call.id) === false;
    if (this.#open && !neverThere) this.#output.bare(Kind.CANCEL, call.id);
    this.#onEnded();
    return neverThere || (unsent && !this.#open) ? "no" : "maybe";
  }

  waitingFor(): string {
    return "waiting for the answer";
  }

  // Requests

  #takeId(): number {
    while (!this.#calls.isFree(this.#nextId) && this.#calls.get(this.#nextId) !== undefined) this.#advance();
    const id = this.#nextId;
    this.#advance();
    return id;
  }

  /** Modulo 2^32; 0 names the connection itself. */
  #advance(): void {
    this.#nextId = (this.#nextId + 1) >>> 0 || 1;
  }

  /** False where the call failed instead, and nothing was written. */
  #writeRequest(call: PendingCall): boolean {
    const { writer } = this.#output;
    const { accepts } = this.#server;
    const start = this.#output.begin(Kind.REQUEST, call.id);
    try {
      const isNew = this.#methods.write(writer, call.method);
      writer.uint32(timeoutOf(call));
      writeMetadata(writer, call.metadata, accepts.maxMetadataBytes);
      writer.begin(accepts.maxMessageBytes);
      this.#options.codec.encode(call.method.request, call.request, writer);
      writer.end();
      if (isNew) this.#methods.add(call.method);
      call.epoch = this.#output.epoch;
      // The server numbers methods as it meets them: a frame that brings a new one keeps its place.
      this.#output.finish(start, isNew);
      return true;
    } catch (error) {
      writer.truncate(start);
      this.#refuse(call, error as Error);
      return false;
    }
  }

  #refuse(call: PendingCall, cause: Error): void {
    if (cause instanceof RpcError) return call.failWith(cause.code, cause.rawMessage, { sent: "no" });
    if (cause instanceof MessageTooLargeError) {
      const limit = this.#server.accepts.maxMessageBytes;
      const text = `the request is larger than the ${limit} bytes that the server accepts (the server's option maxMessageBytes)`;
      return call.failWith("RESOURCE_EXHAUSTED", text, { sent: "no", cause });
    }
    call.failWith("INVALID_ARGUMENT", `the request cannot be encoded: ${cause.message}`, {
      sent: "no",
      cause,
    });
  }

  // Frames

  frame(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    try {
      this.#dispatch(kindAndFlags, id, bytes, start, end);
    } catch (error) {
      this.#violation(`${kindName(kindAndFlags & 0x0f)} frame: ${(error as Error).message}`);
    }
  }

  oversized(kindAndFlags: number, _id: number, length: number): void {
    const limit = this.#options.limits.maxFrameBytes;
    this.#violation(
      `${kindName(kindAndFlags & 0x0f)} frame of ${length} bytes is larger than the ${limit} agreed (option maxFrameBytes)`,
    );
  }

  #dispatch(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    switch (kindAndFlags & 0x0f) {
      case Kind.RESPONSE:
        return this.#onResponse(kindAndFlags, id, bytes, start, end);
      case Kind.MESSAGE:
        return this.#onPiece(kindAndFlags, id, bytes, start, end);
      case Kind.PING:
        return this.#onPing(bytes, start, end);
      case Kind.GOAWAY:
        return this.#onGoaway(bytes, start, end);
      case Kind.PONG:
      case Kind.WINDOW:
        return;
      default:
        throw new Error("this side does not know the kind");
    }
  }

  #onResponse(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const call = this.#calls.get(id);
    // An answer to a call that its caller has given up.
    if (call === undefined) return;
    if ((kindAndFlags & Flag.MORE) === 0) return this.#settle(call, kindAndFlags, bytes, start, end);
    if (this.#partial.has(id)) throw new Error(`call ${id} has an answer already`);
    const partial = { call, assembly: new Assembly(), kindAndFlags };
    this.#partial.set(id, partial);
    this.#addPiece(partial, bytes, start, end);
  }

  #onPiece(kindAndFlags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const partial = this.#partial.get(id);
    if (partial === undefined || !this.#addPiece(partial, bytes, start, end)) return;
    if ((kindAndFlags & Flag.MORE) !== 0) return;
    const whole = partial.assembly.join();
    this.#dropPartial(id);
    this.#settle(partial.call, partial.kindAndFlags, whole, 0, whole.length);
  }

  #addPiece({ call, assembly }: PartialAnswer, bytes: Uint8Array, start: number, end: number): boolean {
    const refusal = this.#budget.add(assembly, bytes, start, end);
    if (refusal === undefined) return true;
    this.abandon(call);
    call.failWith("RESOURCE_EXHAUSTED", `the answer was refused: ${refusal}`, { sent: "yes" });
    return false;
  }

  #settle(call: PendingCall, kindAndFlags: number, bytes: Uint8Array, start: number, end: number): void {
    this.#calls.delete(call);
    // An answer ends the call both ways, even in the middle of its request.
    if ((kindAndFlags & Flag.NOT_RUN) !== 0) this.#output.drop(call.id);
    const notRun = (kindAndFlags & Flag.NOT_RUN) !== 0;
    const reader = this.#reader.reset(bytes, start, end);
    const { codec, limits } = this.#options;
    try {
      const status = reader.uint32();
      if (status !== 0) {
        call.fail(
          readError(reader, end, status, notRun, codec, call.method, call.prefix, limits.maxMetadataBytes),
        );
      } else {
        const trailers = readMetadata(reader, limits.maxMetadataBytes);
        call.succeed(codec.decode(call.method.response, reader, end), trailers);
      }
    } catch (cause) {
      const text = `the answer does not decode: ${(cause as Error).message}`;
      call.failWith("INTERNAL", text, { sent: "yes", cause });
    }
    this.#onEnded();
  }

  #onPing(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== 8) throw new Error(`a payload of ${end - start} bytes, not 8`);
    if (this.#output.isFull) return;
    const frame = this.#output.begin(Kind.PONG, 0);
    this.#output.writer.raw(bytes.subarray(start, end));
    this.#output.finish(frame);
  }

  /** Calls above the last accepted one were not run, and go out elsewhere; the rest are still answered. */
  #onGoaway(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 4) throw new Error("it has no last id");
    const last = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getUint32(0);
    this.#draining = true;
    const returned = this.#calls.all().filter((call) => isAfter(call.id, last));
    for (const call of returned) {
      this.#calls.delete(call);
      this.#output.drop(call.id);
    }
    this.#owner.onGoingAway(this);
    for (const call of returned) this.#owner.onReturned(call);
    this.#closeWhenIdle();
  }

  // Room and the end

  #onRoom(): void {
    if (!this.#refusedOne || !this.#open) return;
    this.#refusedOne = false;
    this.#owner.onRoom();
  }

  #onEnded(): void {
    if (this.#refusedOne) this.#onRoom();
    if (this.#draining) this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (!this.#open || !this.#draining || this.#calls.size > 0 || this.#linger !== undefined) return;
    this.#linger = setTimeout(() => this.#lose("the server did not close it in time"), lingerTime);
    this.#output.end(() => {});
  }

  #isUnsent(call: PendingCall): boolean {
    return call.epoch === this.#output.epoch;
  }

  #dropPartial(id: number): void {
    const partial = this.#partial.get(id);
    if (partial === undefined) return;
    this.#budget.free(partial.assembly);
    this.#partial.delete(id);
  }

  #violation(reason: string): void {
    this.#lose(`the server broke the protocol: ${reason}`);
  }

  #lose(reason: string, cause?: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#linger);
    this.#frames.stop();
    this.#stream.destroy();
    for (const call of this.#calls.all()) {
      const sent = this.#isUnsent(call) ? "no" : "maybe";
      const outcome = sent === "no" ? "the call was not sent" : "the server may have run the call";
      call.failWith("UNAVAILABLE", `the connection was lost: ${reason}; ${outcome}`, { sent, cause });
      this.#calls.delete(call);
    }
    this.#partial.clear();
    this.#owner.onClosed(
      this,
      new RpcError("UNAVAILABLE", `the connection was lost: ${reason}`, { prefix: this.target, cause }),
    );
  }
}

/** What is left of a call's time, as it travels: 0 for none, and never less than 1 ms. */
function timeoutOf(call: PendingCall): number {
  const left = call.deadline - now();
  return left > 0x7fff_ffff ? 0 : Math.max(1, Math.ceil(left));
}
