import type { CallOptions } from "../call-options.ts";
import { now } from "../clock.ts";
import type { StatusCode } from "../errors.ts";
import { Metadata } from "../metadata.ts";
import type { CallContext } from "../protocol/server-call.ts";
import type { AnyMethod } from "../schema/service.ts";

/** How a call ended. */
export type Outcome = "OK" | StatusCode;

/** Who made a message: a request comes from the caller, a response from the handler. */
export type Direction = "request" | "response";

/**
 * A call as its observer sees it. One object per call and observer: what the observer needs of its own goes into `state`.
 * @typeParam State - what the observer keeps with the call
 */
export class ObservedCall<State = unknown> {
  readonly method: AnyMethod;
  /** On a client what its channel is connected to, on a server where the connection comes from. */
  readonly peer: string;
  /** On the server. */
  readonly context: CallContext | undefined;
  /** On the client; an observer that begins may put others in their place. */
  options: CallOptions | undefined;
  readonly started: number = now();
  requests = 0;
  responses = 0;
  /** In ms; known at the end, as the two below. */
  duration = 0;
  outcome: Outcome = "OK";
  error: unknown = undefined;
  ended = false;
  state: State | undefined = undefined;

  constructor(
    method: AnyMethod,
    peer: string,
    context: CallContext | undefined,
    options: CallOptions | undefined,
  ) {
    this.method = method;
    this.peer = peer;
    this.context = context;
    this.options = options;
  }

  /** What the caller sends beside its request. */
  get metadata(): Metadata {
    if (this.context !== undefined) return this.context.metadata;
    try {
      return Metadata.from(this.options?.metadata ?? {});
    } catch {
      // Metadata of a wrong form: the call itself fails of that.
      return new Metadata();
    }
  }
}
