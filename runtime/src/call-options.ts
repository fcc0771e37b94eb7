import type { StatusCode } from "./errors.ts";
import type { Metadata, MetadataInit } from "./metadata.ts";

/** What a caller may say of one call. */
export interface CallOptions {
  /**
   * The budget of this call in ms, above zero; `Infinity` means none. Without it the method's `@timeout`
   * counts, else the channel's default. An enclosing call's deadline bounds it in any case.
   */
  readonly timeout?: number | undefined;
  /** Cancels the call, on the server too. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: MetadataInit | undefined;
  /** Called once with what the server sent after its answer, or answers; those of a stream may still be read then. */
  readonly onTrailers?: ((trailers: Metadata) => void) | undefined;
  /**
   * The end of the budget on the monotonic clock (`performance.now()`). A layer that spends time before it
   * passes a call on sets it, so that the time counts; callers use `timeout`.
   */
  readonly deadline?: number | undefined;
  /** Set by a layer that makes several attempts of a call. @internal */
  readonly attempt?: Attempt | undefined;
}

/** One of several attempts of a call, for the channels that it goes through. */
export interface Attempt {
  /** When the call began, on the monotonic clock. */
  readonly started: number;
  /** Addresses to leave out as long as there are others. */
  readonly avoid: ReadonlySet<string>;
  /** Where it goes: set by a channel that has a choice. */
  address: string | undefined;
  /** The call that it is at present: set by whoever makes one. */
  call: Endable | undefined;
  /** Nobody waits for it any more: a call that is about to be made for it ends at once. */
  isOver: boolean;
}

/** What can be ended from this side. */
export interface Endable {
  giveUp(code: StatusCode, message: string): void;
}

/** @param started - when the call began, on the monotonic clock */
export function newAttempt(started: number, avoid: ReadonlySet<string>): Attempt {
  return { started, avoid, address: undefined, call: undefined, isOver: false };
}
