import { MessageTooLargeError } from "../../../bytes/writer.ts";
import type { Codec } from "../../../codec/codec.ts";
import { RpcError, type StatusCode, statusNumbers } from "../../../errors.ts";
import { streamsRequests } from "../../../schema/service.ts";
import type { PendingCall } from "../../pending-call.ts";
import { Kind } from "../frames/frame.ts";
import type { PeerLimits } from "../handshake.ts";
import type { LargeMessage } from "../output/large-messages.ts";
import type { Output } from "../output/output.ts";
import { writeMetadata } from "./metadata-coding.ts";
import { SentMethods } from "./method-table.ts";

/** What becomes of a request. */
export interface RequestEvents {
  /** Its first frame is written. */
  onStarted(call: PendingCall): void;
  /** Its first frame comes behind later calls' and needs an id behind theirs. */
  renew(call: PendingCall): void;
}

/** Writes requests, and fails calls whose request cannot be sent. */
export class RequestWriter {
  readonly #output: Output;
  readonly #codec: Codec;
  readonly #server: PeerLimits;
  readonly #events: RequestEvents;
  readonly #methods = new SentMethods();

  constructor(output: Output, codec: Codec, server: PeerLimits, events: RequestEvents) {
    this.#output = output;
    this.#codec = codec;
    this.#server = server;
    this.#events = events;
  }

  /** False where the call failed instead, and nothing was written. */
  write(call: PendingCall, time: number): boolean {
    const { writer } = this.#output;
    const { method } = call;
    call.epoch = Infinity;
    const start = this.#output.begin(Kind.REQUEST, call.id);
    let isNew: boolean;
    try {
      isNew = this.#methods.write(writer, method);
      writer.uint32(timeoutOf(call, time));
      writeMetadata(writer, call.metadata, this.#server.maxMetadataBytes);
      if (!streamsRequests(method)) this.#writeBody(call);
    } catch (error) {
      this.#output.undo(start);
      this.#refuse(call, error as Error);
      return false;
    }
    if (call.settled) {
      // Something that its request ran has ended it.
      this.#output.undo(start);
      return false;
    }
    const large = this.#output.finish(start);
    if (large === undefined) this.#onStarted(call, isNew);
    else this.#postpone(call, isNew, large);
    return true;
  }

  /** @param why - what the caller gets */
  writeCancel(id: number, why: StatusCode): void {
    this.#output.short(Kind.CANCEL, id, why === "CANCELLED" ? undefined : statusNumbers[why]);
  }

  #writeBody(call: PendingCall): void {
    const { writer } = this.#output;
    writer.begin(this.#server.maxMessageBytes);
    this.#codec.encode(call.method.request, call.request, writer);
    writer.end();
  }

  /**
   * A large request starts in its turn, maybe behind later calls. Then it takes a new id: they go out in order, so that
   * the last one of a GOAWAY tells which have arrived.
   */
  #postpone(call: PendingCall, isNew: boolean, message: LargeMessage): void {
    message.onStart = () => {
      this.#events.renew(call);
      this.#onStarted(call, isNew);
      return call.id;
    };
  }

  /** The request's first frame is written: the server numbers methods as it meets them. */
  #onStarted(call: PendingCall, isNew: boolean): void {
    call.epoch = this.#output.epoch;
    if (isNew) this.#methods.add(call.method);
    this.#events.onStarted(call);
  }

  #refuse(call: PendingCall, cause: Error): void {
    if (cause instanceof RpcError) {
      // With its cause: what cannot be sent here cannot be sent elsewhere, and is not tried again.
      return call.failWith(cause.code, cause.rawMessage, { sent: "no", cause });
    }
    if (cause instanceof MessageTooLargeError) {
      const limit = this.#server.maxMessageBytes;
      const text = `the request is larger than the ${limit} bytes that the server accepts (the server's option maxMessageBytes)`;
      return call.failWith("RESOURCE_EXHAUSTED", text, { sent: "no", cause });
    }
    call.failWith("INVALID_ARGUMENT", `the request cannot be encoded: ${cause.message}`, {
      sent: "no",
      cause,
    });
  }
}

/** In ms, far above what a sum on the clock is rounded by: 200 ms from now may be 200.00000000000003 ms away. */
const rounding = 0.001;

/** What is left of a call's time, as it travels: 0 for none, and never less than 1 ms. */
function timeoutOf(call: PendingCall, time: number): number {
  const left = call.deadline - time;
  return left > 0x7fff_ffff ? 0 : Math.max(1, Math.ceil(left - rounding));
}
