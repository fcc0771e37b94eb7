import type { Metadata } from "./metadata.ts";
import type { EnclosingCall } from "./propagation.ts";

/** The status codes of gRPC by number, OK included. */
export const statusNumbers = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** Why a call failed: one of gRPC's sixteen codes, by name. */
export type StatusCode = Exclude<keyof typeof statusNumbers, "OK">;

const statusNames = Object.keys(statusNumbers);

/** The code of a number received; UNKNOWN where the number is not one of the sixteen. */
export function statusCode(number: number): StatusCode {
  return number === 0 ? "UNKNOWN" : ((statusNames[number] ?? "UNKNOWN") as StatusCode);
}

/**
 * Whether a call's request can have reached a handler: `"no"` is safe to send again,
 * `"yes"` means that a handler was entered, `"maybe"` that nobody can know.
 */
export type Sent = "no" | "maybe" | "yes";

/** What an error says beside its code and message; a handler needs `metadata`, `retryAfter` and `cause`. */
export interface RpcErrorOptions extends ErrorOptions {
  /** Metadata for the caller: what the server sent along. */
  readonly metadata?: Metadata | undefined;
  /** Whether a handler can have seen the call; channels set it, and repeat calls by it. */
  readonly sent?: Sent | undefined;
  /** In ms: how long the server asks callers to wait before they try again. */
  readonly retryAfter?: number | undefined;
  /** What was called and where; put before the message. */
  readonly prefix?: string | undefined;
}

/** One of several attempts that were made of a call. */
export interface FailedAttempt {
  /** Where it went, or was to go. */
  readonly address: string;
  /** When it failed, in ms since the call began. */
  readonly ms: number;
  /** Why it failed. */
  readonly code: StatusCode;
  /** At most 200 characters. */
  readonly message: string;
}

/** What a layer that repeats a call needs to know of one that failed: kept here, since most calls never need it. */
export interface CallRecord {
  /** Where the call was when it failed. */
  readonly address: string;
  /** On the monotonic clock. */
  readonly started: number;
  /** On the monotonic clock; Infinity for none. */
  readonly deadline: number;
  /** The call in whose handler it was made. */
  readonly enclosing: EnclosingCall | undefined;
}

/** Notes of a fresh error which call failed with it. */
export let recordCall: (error: RpcError, record: CallRecord) => void;
/** The call that failed with an error; undefined where no channel made it. */
export let callRecord: (error: RpcError) => CallRecord | undefined;

/**
 * A call that failed. A handler throws one to answer with its code and message; a caller receives one
 * whose message begins with what was called and where.
 */
export class RpcError extends Error {
  override readonly name: string = "RpcError";
  /** Why the call failed: what callers branch on, and what decides whether it is made again. */
  readonly code: StatusCode;
  /** The message without what was called and where. */
  readonly rawMessage: string;
  /** What the server sent with the error; in a handler, what goes to the caller with it. */
  readonly metadata: Metadata | undefined;
  /** Whether a handler can have seen the call; undefined on an error that did not come out of one. */
  readonly sent: Sent | undefined;
  /** How long the server asks callers to wait before they try again, in ms; undefined where it says nothing. */
  readonly retryAfter: number | undefined;
  /** The attempts that failed, the latest eight in order; undefined where there was one only. */
  readonly attempts: readonly FailedAttempt[] | undefined;
  #record: CallRecord | undefined;

  /** @throws TypeError where the code is not one of the sixteen */
  constructor(code: StatusCode, message = "", options: RpcErrorOptions = {}) {
    // From JavaScript anything may come; what cannot be sent must not wait until it is.
    if (code !== statusCode(statusNumbers[code])) {
      throw new TypeError(`RpcError takes one of the sixteen codes of gRPC, not ${JSON.stringify(code)}`);
    }
    super(options.prefix === undefined ? message : `${options.prefix}: ${message}`, options);
    this.code = code;
    this.rawMessage = String(message);
    this.metadata = options.metadata;
    this.sent = options.sent;
    this.retryAfter = options.retryAfter;
    this.attempts = undefined;
  }

  static {
    recordCall = (error, record) => {
      error.#record = record;
    };
    callRecord = (error) => error.#record;
  }
}

/** Bytes or JSON that are not what their type says. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** A value that is not what its type says: it names the message and the field. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
}
