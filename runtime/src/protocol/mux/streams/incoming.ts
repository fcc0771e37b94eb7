import type { RpcError } from "../../../errors.ts";
import type { MessageSource, MessageStream } from "../../message-stream.ts";
import type { Assembly } from "../frames/assembly.ts";
import type { ReceiveCredit } from "./credit.ts";

/** What an incoming stream needs of its connection. */
export interface IncomingOwner {
  /** The reader has taken so many bytes of all that is unread on the connection. */
  onTaken(bytes: number): void;
  grant(id: number, bytes: number): void;
}

/** What the reader gets where a message cannot be taken. */
export interface IncomingErrors {
  undecodable(cause: Error): RpcError;
  tooLarge(reason: string): RpcError;
}

/** The receiver's end of one direction of a stream: its credit, and the message that comes in pieces. */
export class Incoming implements MessageSource {
  readonly messages: MessageStream<unknown>;
  readonly credit: ReceiveCredit;
  readonly decode: MessageSource["decode"];
  readonly errors: IncomingErrors;
  /** Whether a message has begun and not ended. */
  begun = false;
  /** The pieces of that message, and what they have cost. */
  assembly: Assembly | undefined;
  assembled = 0;
  readonly #owner: IncomingOwner;
  readonly id: number;

  constructor(
    owner: IncomingOwner,
    id: number,
    messages: MessageStream<unknown>,
    credit: ReceiveCredit,
    decode: MessageSource["decode"],
    errors: IncomingErrors,
  ) {
    this.#owner = owner;
    this.id = id;
    this.messages = messages;
    this.credit = credit;
    this.decode = decode;
    this.errors = errors;
    messages.attach(this);
  }

  onTaken(cost: number): void {
    this.#owner.onTaken(cost);
    if (this.messages.ended) return;
    const grant = this.credit.take(cost, this.messages.unread.cost);
    if (grant > 0) this.#owner.grant(this.id, grant);
  }
}
