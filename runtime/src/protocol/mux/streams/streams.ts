import { Reader } from "../../../bytes/reader.ts";
import type { Codec } from "../../../codec/codec.ts";
import { RpcError } from "../../../errors.ts";
import type { Limits } from "../../../limits.ts";
import type { Body } from "../../../schema/body.ts";
import type { MessageStream } from "../../message-stream.ts";
import type { Pulled } from "../../stream-call.ts";
import type { Unread } from "../../unread.ts";
import type { AssemblyBudget } from "../frames/assembly.ts";
import { Flag, headerBytes, Kind } from "../frames/frame.ts";
import { readNumber } from "../frames/number.ts";
import type { PeerLimits } from "../handshake.ts";
import type { Output } from "../output/output.ts";
import { ReceiveCredit } from "./credit.ts";
import { Incoming, type IncomingErrors, type IncomingOwner } from "./incoming.ts";
import { Outgoing, type OutgoingEvents, type OutgoingOwner } from "./outgoing.ts";

/** Credit that one side can have at most. */
const maxCredit = 0x7fff_ffff;
const empty = new Uint8Array(0);

/** What a connection's streams are made of. */
export interface StreamsOptions {
  readonly output: Output;
  readonly codec: Codec;
  /** Of unfinished messages, streams' and others'. */
  readonly budget: AssemblyBudget;
  /** What this side accepts. */
  readonly limits: Limits;
  /** What the peer accepts. */
  readonly peer: PeerLimits;
  /** Credit is written, which a peer that does not read must not have piled up. */
  readonly onGranted: () => void;
}

/** Messages that nobody will take, since their reader was forgotten without being left: they must not hold credit for ever. */
const forgotten = new FinalizationRegistry<{ readonly owner: Streams; readonly unread: Unread }>(
  ({ owner, unread }) => owner.onTaken(unread.cost),
);

/** The streams of one connection, the same on both sides: each one's two directions, and the credit that all share. */
export class Streams implements IncomingOwner, OutgoingOwner {
  readonly output: Output;
  readonly codec: Codec;
  readonly maxMessageBytes: number;
  readonly #limits: Limits;
  readonly #budget: AssemblyBudget;
  readonly #onGranted: () => void;
  readonly #firstCredit: number;
  readonly #incoming = new Map<number, Incoming>();
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #reader = new Reader();
  /** What the peer may still send on all streams. */
  readonly #receive: ReceiveCredit;
  /** Bytes that came on any stream and were not taken. */
  #unread = 0;
  /** What this side may still send on all streams. */
  #credit: number;
  /** Those that could send if the connection had room, in turn. */
  readonly #waiting = new Set<Outgoing>();

  constructor({ output, codec, budget, limits, peer, onGranted }: StreamsOptions) {
    this.#onGranted = onGranted;
    this.output = output;
    this.codec = codec;
    this.#budget = budget;
    this.#limits = limits;
    this.maxMessageBytes = peer.maxMessageBytes;
    this.#firstCredit = peer.streamCreditBytes;
    this.#credit = peer.connectionCreditBytes;
    this.#receive = new ReceiveCredit(limits.connectionCreditBytes);
  }

  /** Takes a call's incoming messages. */
  receive(id: number, messages: MessageStream<unknown>, body: Body<unknown>, errors: IncomingErrors): void {
    const { streamCreditBytes, maxStreamCreditBytes } = this.#limits;
    const decode = (bytes: Uint8Array, start: number, end: number, isOwn: boolean): unknown => {
      const reader = this.#reader.reset(bytes, start, end);
      if (isOwn) reader.own();
      try {
        return this.codec.decode(body, reader, end);
      } catch (cause) {
        throw cause instanceof RpcError ? errors.tooLarge(cause.message) : errors.undecodable(cause as Error);
      } finally {
        // Else an idle connection would hold its last chunk.
        reader.reset(empty);
      }
    };
    const credit = new ReceiveCredit(streamCreditBytes, maxStreamCreditBytes);
    this.#incoming.set(id, new Incoming(this, id, messages, credit, decode, errors));
  }

  /** Sends a call's outgoing messages, as they are made and the peer takes them. */
  send(id: number, body: Body<unknown>, values: Pulled<unknown>, events: OutgoingEvents): void {
    const outgoing = new Outgoing(this, id, body, values, this.#firstCredit, events);
    this.#outgoing.set(id, outgoing);
    outgoing.pump();
  }

  /** The call is over: nothing more is sent for it, and what still comes is dropped. What came can still be read. */
  close(id: number): void {
    const outgoing = this.#outgoing.get(id);
    if (outgoing !== undefined) {
      this.#outgoing.delete(id);
      outgoing.stop();
    }
    const incoming = this.#incoming.get(id);
    if (incoming === undefined) return;
    this.#incoming.delete(id);
    this.#dropPieces(incoming);
    const { messages } = incoming;
    if (!messages.unread.isEmpty) forgotten.register(messages, { owner: this, unread: messages.unread });
  }

  /** The connection is gone, and all calls with it. */
  closeAll(): void {
    for (const id of [...this.#outgoing.keys(), ...this.#incoming.keys()]) this.close(id);
  }

  /** Streams that wait for room go on, each in its turn. */
  resume(): void {
    for (const outgoing of this.#waiting) {
      if (this.#credit <= 0 || this.output.isBusy) return;
      this.#waiting.delete(outgoing);
      outgoing.pump();
    }
  }

  // Frames

  /**
   * A MESSAGE that is counted.
   * @param isOwn - whether the frame is alone in its buffer, which nobody else will write to
   * @throws Error where it begins without credit
   */
  onMessage(
    kindAndFlags: number,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    isOwn: boolean,
  ): void {
    const cost = end - start + headerBytes;
    this.#unread += cost;
    const incoming = this.#incoming.get(id);
    if (incoming === undefined) {
      // Of a call that is over: it was on its way when the sender learnt of that.
      this.#receive.spend(cost);
      return this.onTaken(cost);
    }
    if (!incoming.begun) {
      if (!incoming.credit.allowsMessage) throw new Error("the stream has no credit for it");
      if (!this.#receive.allowsMessage) throw new Error("the connection has no credit for it");
    }
    this.#receive.spend(cost);
    incoming.credit.spend(cost);
    incoming.begun = (kindAndFlags & Flag.MORE) !== 0;
    if (incoming.messages.ended) {
      // Its reader has left, or takes nothing behind what was refused.
      this.#dropPieces(incoming);
      return this.onTaken(cost);
    }
    if (incoming.begun || incoming.assembly !== undefined) return this.#addPiece(incoming, bytes, start, end);
    const { maxMessageBytes } = this.#limits;
    const size = end - start;
    if (size <= maxMessageBytes) return incoming.messages.push(bytes, start, end, cost, isOwn);
    this.#refuse(
      incoming,
      `${size} bytes are more than the limit of ${maxMessageBytes} (option maxMessageBytes)`,
      cost,
    );
  }

  /** The client's side of a stream ends. */
  onEnd(id: number): void {
    this.#incoming.get(id)?.messages.end();
  }

  /**
   * The peer has taken messages: a stream's, or with the id 0 any stream's.
   * @throws Error where it grants nothing, or more than there can be
   */
  onWindow(id: number, bytes: Uint8Array, start: number, end: number): void {
    const grant = readNumber(bytes, start, end);
    if (grant === 0 || grant > maxCredit) throw new Error(`it grants ${grant} bytes`);
    if (id === 0) {
      this.#credit = checkCredit(this.#credit + grant);
      return this.resume();
    }
    const outgoing = this.#outgoing.get(id);
    if (outgoing === undefined) return;
    outgoing.credit = checkCredit(outgoing.credit + grant);
    outgoing.pump();
  }

  #addPiece(incoming: Incoming, bytes: Uint8Array, start: number, end: number): void {
    const assembly = (incoming.assembly ??= this.#budget.begin(incoming.id));
    incoming.assembled += end - start + headerBytes;
    const refusal = this.#budget.add(assembly, bytes, start, end);
    if (refusal === undefined && incoming.begun) return;
    const { assembled } = incoming;
    const whole = assembly.join();
    this.#budget.free(assembly);
    incoming.assembly = undefined;
    incoming.assembled = 0;
    // What was announced and did not come must not be held as long as the message.
    const isOwn = 2 * whole.length >= whole.buffer.byteLength;
    if (refusal === undefined) incoming.messages.push(whole, 0, whole.length, assembled, isOwn);
    else this.#refuse(incoming, refusal, assembled);
  }

  /** A message is too large: its stream ends with it, for the reader. */
  #refuse(incoming: Incoming, reason: string, cost: number): void {
    incoming.messages.refuse(incoming.errors.tooLarge(reason));
    this.onTaken(cost);
  }

  #dropPieces(incoming: Incoming): void {
    const { assembly, assembled } = incoming;
    if (assembly === undefined) return;
    this.#budget.free(assembly);
    incoming.assembly = undefined;
    incoming.assembled = 0;
    this.onTaken(assembled);
  }

  // Credit

  onTaken(bytes: number): void {
    this.#unread -= bytes;
    const grant = this.#receive.take(bytes, this.#unread);
    if (grant > 0) this.grant(0, grant);
  }

  grant(id: number, bytes: number): void {
    this.output.short(Kind.WINDOW, id, bytes);
    this.#onGranted();
  }

  mayBegin(outgoing: Outgoing): boolean {
    if (outgoing.credit <= 0) return false;
    if (this.#credit > 0 && !this.output.isBusy) return true;
    this.#waiting.add(outgoing);
    return false;
  }

  spend(bytes: number): void {
    this.#credit -= bytes;
  }

  forget(outgoing: Outgoing): void {
    this.#waiting.delete(outgoing);
  }
}

/** @throws Error for more than a peer can have */
function checkCredit(bytes: number): number {
  if (bytes > maxCredit)
    throw new Error(`with it ${bytes} bytes are granted, and at most ${maxCredit} can be`);
  return bytes;
}
