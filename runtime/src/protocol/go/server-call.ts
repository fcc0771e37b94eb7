import { RpcError } from "../../errors.ts";
import { type Bound, type Peer, ServerCall } from "../server-call.ts";
import type { Route } from "../protocol.ts";
import { handleTimeoutText, noStreams } from "./texts.ts";

/** What a call needs of the connection that it came on. */
export interface GoCallOwner<Tag> {
  /** False where it keeps the answer until the peer has read earlier ones; it then answers again. */
  writeAnswer(call: GoServerCall<Tag>, value: unknown): boolean;
  writeError(call: GoServerCall<Tag>, error: RpcError): void;
  /** The call's handler has settled. */
  onReleased(): void;
}

/** A call that came over one of Go's wires. */
export class GoServerCall<Tag> extends ServerCall {
  /** What the answer repeats. */
  readonly tag: Tag;
  readonly #owner: GoCallOwner<Tag>;
  readonly #bound: Bound;
  #answered = false;

  constructor(
    owner: GoCallOwner<Tag>,
    tag: Tag,
    { method }: Route,
    peer: Peer,
    arrived: number,
    bound: Bound,
  ) {
    super(method, peer, arrived, bound, undefined);
    this.tag = tag;
    this.#owner = owner;
    this.#bound = bound;
  }

  answer(value: unknown): void {
    if (this.#answered) return;
    this.#answered = this.#owner.writeAnswer(this, value);
    // A peer that does not read must not make the server keep its answers for ever.
    if (this.#answered) this.unwatchDeadline();
    else this.watchDeadline();
  }

  /** Never asked for: a method that streams is refused before its handler is entered. */
  sendAll(): Promise<void> {
    return Promise.reject(new RpcError("UNIMPLEMENTED", noStreams(this.method.path, this.peer.protocol)));
  }

  refuse(error: RpcError): void {
    if (this.#answered) return;
    this.#answered = true;
    this.unwatchDeadline();
    this.#owner.writeError(this, error);
  }

  /** In the words that users of the Go frameworks know. */
  override expire(): void {
    const error = new RpcError("DEADLINE_EXCEEDED", handleTimeoutText(this.#bound.ms));
    this.abort(error);
    this.refuse(error);
  }

  /** Nobody waits for an answer any more: none is sent. */
  cancel(why: RpcError): void {
    this.#answered = true;
    this.abort(why);
  }

  protected get stage(): string {
    return this.entered ? "in the handler" : "while it waited for its turn";
  }

  release(): void {
    this.#owner.onReleased();
  }
}
