import type { StatusCode } from "./errors.ts";
import type { Metadata, MetadataInit } from "./metadata.ts";

/**
 * What becomes of a call that fails, or is late:
 * - `failFast`: the first failure is the call's, also where no server can have seen it;
 * - `failOver`: it is made again, on another endpoint where there is one;
 * - `failTry`: it is made again, on the same endpoint;
 * - `failBackup`: it is made a second time on another endpoint while the first has no answer yet, and fails as with `failOver`.
 *
 * No mode makes a call again that may do harm twice: only those of `@idempotent` methods, and those that no handler can have
 * seen, are. The options `retry` and `hedge` of the channel say how often and when.
 */
export type FailMode = "failFast" | "failOver" | "failTry" | "failBackup";

/** What a caller may say of one call. */
export interface CallOptions {
  /**
   * The budget of this call in ms, above zero; `Infinity` means none. Without it the method's `@timeout`
   * counts, else the channel's default. An enclosing call's deadline bounds it in any case.
   */
  readonly timeout?: number | undefined;
  /** Cancels the call, on the server too. */
  readonly signal?: AbortSignal | undefined;
  /** Sent beside the request: a plain object, or a {@link Metadata}; up to 16 KiB, see `maxMetadataBytes`. */
  readonly metadata?: MetadataInit | undefined;
  /** Called once with what the server sent after its answer, or answers; those of a stream may still be read then. */
  readonly onTrailers?: ((trailers: Metadata) => void) | undefined;
  /** What becomes of it when it fails. @defaultValue what the channel's option `failMode` says of its method */
  readonly failMode?: FailMode | undefined;
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
  /** Whether it has one endpoint and no other: `endpoint` where that is set beforehand, else the first that it goes to. */
  readonly stays: boolean;
  /** The id of the endpoint that it goes to: set by a channel that has a choice. */
  endpoint: string | undefined;
  /** The same one's address. */
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
  return {
    started,
    avoid,
    stays: false,
    endpoint: undefined,
    address: undefined,
    call: undefined,
    isOver: false,
  };
}

/**
 * An attempt that has one endpoint.
 * @param started - when the call began, on the monotonic clock
 * @param where - that endpoint; without it, whichever the attempt goes to
 */
export function boundAttempt(started: number, where?: Pick<Attempt, "endpoint" | "address">): Attempt {
  return {
    started,
    avoid: none,
    stays: true,
    endpoint: where?.endpoint,
    address: where?.address,
    call: undefined,
    isOver: false,
  };
}

const none: ReadonlySet<string> = new Set();
