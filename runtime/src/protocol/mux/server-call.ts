import { RpcError } from "../../errors.ts";
import type { Metadata } from "../../metadata.ts";
import { type Bound, type Peer, ServerCall } from "../server-call.ts";
import type { Route } from "../protocol.ts";
import type { Assembly } from "./assembly.ts";

/** What a call needs of the connection that it came on. */
export interface CallOwner {
  writeAnswer(call: MuxServerCall, value: unknown): void;
  writeError(call: MuxServerCall, error: RpcError): void;
  /** The call's handler has settled. */
  onReleased(call: MuxServerCall): void;
}

/** A call that came over mux/1. */
export class MuxServerCall extends ServerCall {
  readonly id: number;
  readonly route: Route;
  /** The pieces of its request, until it is whole. */
  assembly: Assembly | undefined;
  /** Whether its handler was entered. */
  entered = false;
  readonly #owner: CallOwner;
  #answered = false;

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
    this.#answered = true;
    this.unwatchDeadline();
    this.#owner.writeAnswer(this, value);
  }

  refuse(error: RpcError): void {
    if (this.#answered) return;
    this.#answered = true;
    this.unwatchDeadline();
    this.#owner.writeError(this, error);
  }

  /** Nobody waits for an answer any more: none is sent. */
  cancel(why: string): void {
    this.#answered = true;
    this.abort(new RpcError("CANCELLED", why));
  }

  release(): void {
    this.#owner.onReleased(this);
  }
}
