import type { Writer } from "../../bytes/writer.ts";
import type { Body } from "../../schema/body.ts";
import type { AnyMethod } from "../../schema/service.ts";

/**
 * The seam between what all of Go's wires have in common (calls by number, answers in any order, errors as texts, no cancel) and the
 * bytes of one: its client side.
 */
export interface GoClientWire {
  /** As `connect`'s option names it. */
  readonly name: string;
  /**
   * Appends a request. After a throw the wire is as before; the caller truncates the writer.
   * @throws EncodeError where the request is not what its type says
   */
  writeRequest(writer: Writer, seq: number, method: AnyMethod, request: unknown): void;
  /** Forgets the request written last, whose bytes will not go out after all. */
  takeBack(): void;
  /** Takes what was received. */
  push(chunk: Uint8Array): void;
  /**
   * The next answer; undefined until it is whole. What it holds is good until the next one is asked for.
   * @throws Error where the server broke the protocol
   */
  next(): GoAnswer | undefined;
  /** Why nothing that follows an answer with this error can be trusted; undefined where it can. */
  breaksAfter(error: string): string | undefined;
}

/** An answer as it was read. */
export interface GoAnswer {
  readonly seq: number;
  /** Undefined where the call succeeded. */
  readonly error: string | undefined;
  /** @throws DecodeError where it is not what the type says */
  decode<T>(body: Body<T>): T;
}

/**
 * The server side.
 * @typeParam Tag - what a request's answer repeats of it
 */
export interface GoServerWire<Tag> {
  readonly name: string;
  /** Whether a client that ends its side may still read: then its calls are answered. */
  readonly answersHalfClosed: boolean;
  /** Takes what was received. */
  push(chunk: Uint8Array): void;
  /**
   * The next request; undefined until it is whole. What it holds is good until the next one is asked for.
   * @throws Error where the client broke the protocol
   */
  next(): GoRequest<Tag> | undefined;
  /**
   * Appends an answer. After a throw the wire is as before; the caller truncates the writer.
   * @throws EncodeError where the value is not what its type says
   */
  writeAnswer(writer: Writer, tag: Tag, body: Body<unknown>, value: unknown): void;
  /** Appends an error; the text is not empty. */
  writeError(writer: Writer, tag: Tag, text: string): void;
}

/** A request as it was read. */
export interface GoRequest<Tag> {
  /** `Service.Method`. */
  readonly name: string;
  readonly tag: Tag;
  /** @throws DecodeError where it is not what the type says */
  decode<T>(body: Body<T>): T;
}
