import type { RpcError } from "../../../errors.ts";
import type { Metadata } from "../../../metadata.ts";
import type { MessageStream } from "../../message-stream.ts";
import type { Route } from "../../protocol.ts";
import { type Bound, type Peer, ServerCall } from "../../server-call.ts";
import type { Pulled } from "../../stream-call.ts";
import type { Assembly } from "../frames/assembly.ts";
import { leave, type OutgoingEvents } from "../streams/outgoing.ts";

/** What a call needs of the connection that it came on. */
export interface CallOwner {
  /** False where it keeps the answer until the peer has read earlier ones; it then answers again. */
  writeAnswer(call: MuxServerCall, value: unknown): boolean;
  sendAll(call: MuxServerCall, values: Pulled<unknown>, events: OutgoingEvents): void;
  writeError(call: MuxServerCall, error: RpcError): void;
  /** What the caller gets where a message is not of its type, or over the caller's limit. */
  explainUnsendable(call: MuxServerCall, error: Error): RpcError;
  /** The call's handler has settled. */
  onReleased(call: MuxServerCall): void;
}

/** A call that came over mux/1. */
export class MuxServerCall extends ServerCall {
  readonly id: number;
  readonly route: Route;
  /** The pieces of its request, until it is whole. */
  assembly: Assembly | undefined;
  /** What its handler reads, where the client streams. */
  requests: MessageStream<unknown> | undefined;
  readonly #owner: CallOwner;
  #answered = false;
  #held = false;

  constructor(
    owner: CallOwner,
    id: number,
    route: Route,
    peer: Peer,
    arrived: number,
    bound: Bound,
    metadata: Metadata | undefined,
  ) {
    super(route.method, peer, arrived, bound, metadata);
    this.id = id;
    this.route = route;
    this.#owner = owner;
  }

  answer(value: unknown): void {
    if (this.#answered) return;
    this.#held = !this.#owner.writeAnswer(this, value);
    // A peer that does not read must not make the server keep its answers for ever.
    if (this.#held) return this.watchDeadline();
    this.#answered = true;
    this.unwatchDeadline();
  }

  sendAll(values: Pulled<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const onStopped = (error?: unknown): void => {
        if (error === undefined) return resolve();
        // As the handler threw it, whatever it is.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      };
      if (this.#answered) return leave(values, onStopped);
      this.#owner.sendAll(this, values, {
        onEnd: resolve,
        onFailed: reject,
        onUnsendable: (error) => reject(this.#owner.explainUnsendable(this, error)),
        onStopped,
      });
    });
  }

  refuse(error: RpcError): void {
    if (this.#answered) return;
    this.#answered = true;
    this.unwatchDeadline();
    this.#owner.writeError(this, error);
  }

  /** Nobody waits for an answer any more: none is sent. */
  cancel(why: RpcError): void {
    this.#answered = true;
    this.abort(why);
  }

  protected get stage(): string {
    if (this.assembly !== undefined) return "before the request was whole";
    if (!this.entered) return "while it waited for its turn (the server's options maxConcurrency and maxLag)";
    return this.#held ? "before the caller had read earlier answers" : "in the handler";
  }

  release(): void {
    this.#owner.onReleased(this);
  }
}
