import type { Outcome } from "../observation/observed-call.ts";
import type { JsonValue } from "../schema/message.ts";
import type { MethodKind } from "../schema/service.ts";

/** What a call log says of one call: plain data, ready for `JSON.stringify`. */
export interface CallRecord {
  /** Whether a channel made the call, or a server answered it. */
  readonly side: "client" | "server";
  /** `/shop.v1.Shop/Get`. */
  readonly method: string;
  /** Which side streams. */
  readonly kind: MethodKind;
  /** On a client what its channel was made for, on a server where the connection comes from. */
  readonly peer: string;
  /** `OK`, or the code that the caller got. */
  readonly code: Outcome;
  /** In ms, with a fraction. */
  readonly duration: number;
  /** Messages that this side received, the one of a side that does not stream included. */
  readonly messagesIn: number;
  /** Messages that this side sent. */
  readonly messagesOut: number;
  /** The values of the keys that were asked for, those of `-bin` keys in base64. */
  readonly metadata?: Readonly<Record<string, readonly string[]>>;
  /** Where it was asked for, of a method whose caller does not stream. */
  readonly request?: JsonValue;
  /** Where it was asked for, of a method whose handler does not stream. */
  readonly response?: JsonValue;
  /** Of a call that failed. */
  readonly error?: ErrorRecord;
}

/** What a call log says of an error. */
export interface ErrorRecord {
  /** Its class: a typed error's name, `RpcError`, `TypeError`. */
  readonly name: string;
  /** Left out of methods whose messages or errors have a sensitive field, except for a typed error's default. */
  readonly message?: string;
  /** A typed error's, where responses were asked for. */
  readonly fields?: JsonValue;
}
