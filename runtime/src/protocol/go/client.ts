import type { Duplex } from "node:stream";
import { RpcError, type Sent } from "../../errors.ts";
import { lingerTime } from "../../limits.ts";
import type { CallHolder, PendingCall } from "../pending-call.ts";
import type { Connection, ConnectionOwner, OpenOptions } from "../protocol.ts";
import { keepAlive } from "./keep-alive.ts";
import { GoOutput } from "./output.ts";
import { errorOf, noStreams } from "./texts.ts";
import type { GoAnswer, GoClientWire } from "./wire.ts";

/** The first byte of a TLS alert, with which a server that wants TLS answers; none of these protocols begins with it. */
const tlsAlert = 0x15;

/** One connection of a channel over one of Go's wires. */
export class GoClientConnection implements Connection, CallHolder {
  readonly target: string;
  /** These servers do not say. */
  readonly load = undefined;
  readonly #stream: Duplex;
  readonly #owner: ConnectionOwner;
  readonly #wire: GoClientWire;
  readonly #output: GoOutput;
  readonly #maxCalls: number;
  /** By their numbers; those that were given up are not among them, and late answers to them are dropped. */
  readonly #calls = new Map<number, PendingCall>();
  #lastSeq = 0;
  #isFirst = true;
  #open = true;
  #draining = false;
  #refusedOne = false;
  #isWriting = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, options: OpenOptions, owner: ConnectionOwner, wire: GoClientWire) {
    this.target = options.target;
    this.#stream = stream;
    this.#owner = owner;
    this.#wire = wire;
    this.#maxCalls = options.limits.maxConcurrentCalls;
    this.#output = new GoOutput(stream, options.limits.maxUnsentBytes, () => this.#onRoom());
  }

  /** Starts reading; `rest` was read already. */
  start(rest: Uint8Array): void {
    keepAlive(this.#stream);
    this.#stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    this.#stream.on("error", (error) => this.#lose(error.message, error));
    this.#stream.on("end", () => this.#lose("the server closed it"));
    this.#stream.on("close", () => this.#lose("it was closed"));
    if (rest.length > 0) this.#onData(rest);
    this.#stream.resume();
    // It may have gone before anybody listened.
    if (this.#stream.destroyed) this.#lose("it was closed");
  }

  /** Writes what comes before any call: it leaves with the first. */
  greet(bytes: Uint8Array): void {
    this.#output.writer.raw(bytes);
    this.#output.schedule();
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get callsTaken(): number {
    return this.#lastSeq;
  }

  get isOpen(): boolean {
    return this.#open && !this.#draining;
  }

  send(call: PendingCall): boolean {
    if (!this.isOpen) return false;
    const refusal = this.#refusalOf(call);
    if (refusal !== undefined) {
      call.fail(refusal);
      return true;
    }
    if (this.#calls.size >= this.#maxCalls || this.#output.isFull) {
      this.#refusedOne = true;
      return false;
    }
    call.holder = this;
    call.id = ++this.#lastSeq;
    call.epoch = Infinity;
    this.#calls.set(call.id, call);
    if (!this.#write(call)) this.#calls.delete(call.id);
    return true;
  }

  drain(): void {
    this.#draining = true;
    this.#closeWhenIdle();
  }

  destroy(reason: RpcError): void {
    this.#lose(reason.rawMessage, reason);
  }

  /** The server is not told: these wires have no word for it. */
  abandon(call: PendingCall): Sent {
    const sent = call.epoch === Infinity ? "no" : "maybe";
    this.#calls.delete(call.id);
    this.#onEnded();
    return sent;
  }

  waitingFor(): string {
    return `waiting for the answer; ${this.#wire.name} has no other sign of life: is it what the server speaks?`;
  }

  // Requests

  #refusalOf({ method, prefix }: PendingCall): RpcError | undefined {
    if (method.kind !== "unary") {
      const text = noStreams(method.name, this.#wire.name);
      return new RpcError("UNIMPLEMENTED", text, { prefix, sent: "no" });
    }
    if (!this.#isWriting) return undefined;
    const text =
      "it was made while another call's request was being encoded: a getter of that request made it";
    return new RpcError("FAILED_PRECONDITION", text, { prefix, sent: "no" });
  }

  /** False where the call failed instead, and nothing was written. */
  #write(call: PendingCall): boolean {
    const { writer } = this.#output;
    const start = writer.pos;
    this.#isWriting = true;
    try {
      this.#wire.writeRequest(writer, call.id, call.method, call.request);
    } catch (cause) {
      this.#output.undo(start);
      const text = `the request cannot be encoded: ${(cause as Error).message}`;
      call.failWith("INVALID_ARGUMENT", text, { sent: "no", cause });
      return false;
    } finally {
      this.#isWriting = false;
    }
    if (call.settled) {
      // Something that its request ran has ended it.
      this.#wire.takeBack();
      this.#output.undo(start);
      return false;
    }
    call.epoch = this.#output.epoch;
    this.#output.schedule();
    return true;
  }

  // Answers

  #onData(chunk: Uint8Array): void {
    if (!this.#open) return;
    if (this.#isFirst && chunk[0] === tlsAlert && chunk[1] === 0x03)
      return this.#lose("the server speaks TLS: dial it with tls://");
    this.#isFirst = false;
    try {
      this.#wire.push(chunk);
      for (let answer = this.#wire.next(); answer !== undefined; answer = this.#wire.next()) {
        this.#onAnswer(answer);
        if (!this.#open) return;
      }
    } catch (error) {
      this.#lose(`the server broke the protocol: ${(error as Error).message}`, error);
    }
  }

  #onAnswer(answer: GoAnswer): void {
    const call = this.#calls.get(answer.seq);
    // To a call that its caller has given up, or a second answer: some servers send one after their timeout.
    if (call !== undefined) {
      this.#calls.delete(answer.seq);
      if (answer.error === undefined) this.#succeed(call, answer);
      else call.fail(errorOf(answer.error, call.prefix));
    }
    const broken = answer.error === undefined ? undefined : this.#wire.breaksAfter(answer.error);
    if (broken !== undefined) return this.#lose(broken);
    this.#onEnded();
  }

  #succeed(call: PendingCall, answer: GoAnswer): void {
    let value: unknown;
    try {
      value = answer.decode(call.method.response);
    } catch (cause) {
      const text = `the answer does not decode: ${(cause as Error).message}`;
      return call.failWith("INTERNAL", text, { sent: "yes", cause });
    }
    call.succeed(value, undefined);
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

  #lose(reason: string, cause?: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#linger);
    this.#stream.destroy();
    for (const call of [...this.#calls.values()]) this.#failLost(call, reason, cause);
    this.#calls.clear();
    this.#output.discard();
    const text = `the connection was lost: ${reason}`;
    this.#owner.onClosed(this, new RpcError("UNAVAILABLE", text, { prefix: this.target, cause }));
  }

  #failLost(call: PendingCall, reason: string, cause: unknown): void {
    const sent = call.epoch >= this.#output.epoch ? "no" : "maybe";
    const outcome = sent === "no" ? "the call was not sent" : "the server may have run the call";
    call.failWith("UNAVAILABLE", `the connection was lost: ${reason}; ${outcome}`, { sent, cause });
  }
}
