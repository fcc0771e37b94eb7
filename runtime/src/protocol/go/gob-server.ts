import type { Writer } from "../../bytes/writer.ts";
import { GobDecoder } from "../../codec/gob/decoder.ts";
import { GobEncoder } from "../../codec/gob/encoder.ts";
import type { GobStruct } from "../../codec/gob/struct.ts";
import { nothing } from "../../codec/wrapper.ts";
import type { Body } from "../../schema/body.ts";
import type { RequestHeader, ResponseHeader } from "./headers.ts";
import type { GoRequest, GoServerWire } from "./wire.ts";

/** What an answer repeats of a request. */
export type HeaderTag = RequestHeader;

/** Calls as two gob values each, a header and a body, on the server's side. */
export class GobServerWire implements GoServerWire<HeaderTag> {
  readonly name: string;
  readonly answersHalfClosed = false;
  readonly #request: GobStruct<RequestHeader>;
  readonly #response: GobStruct<ResponseHeader>;
  readonly #encoder = new GobEncoder();
  readonly #decoder: GobDecoder;
  /** Of the request whose body has not come yet. */
  #header: RequestHeader | undefined;
  /** Whether the last request's body is still to be taken. */
  #isBodyLeft = false;

  /** @param request - how a request's header is made, in this protocol; `response`, an answer's */
  constructor(
    name: string,
    request: GobStruct<RequestHeader>,
    response: GobStruct<ResponseHeader>,
    maxMessageBytes: number,
  ) {
    this.name = name;
    this.#request = request;
    this.#response = response;
    this.#decoder = new GobDecoder({ maxMessageBytes });
  }

  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  next(): GoRequest<HeaderTag> | undefined {
    const decoder = this.#decoder;
    // What nobody wanted must not stand before what follows.
    if (this.#isBodyLeft) decoder.skip();
    this.#isBodyLeft = false;
    if (this.#header === undefined) {
      if (!decoder.ready()) return undefined;
      this.#header = decoder.decode(this.#request);
    }
    if (!decoder.ready()) return undefined;
    const tag = this.#header;
    this.#header = undefined;
    this.#isBodyLeft = true;
    return { name: tag.serviceMethod, tag, decode: this.#decode };
  }

  readonly #decode = <T>(body: Body<T>): T => {
    // What is nothing here may be anything there.
    if (body.type === undefined) return undefined as T;
    this.#isBodyLeft = false;
    return this.#decoder.decode(body);
  };

  writeAnswer(writer: Writer, tag: HeaderTag, body: Body<unknown>, value: unknown): void {
    const { mark } = this.#encoder;
    try {
      this.#encoder.encode(writer, this.#response, headerOf(tag, ""));
      this.#encoder.encode(writer, body, value);
    } catch (error) {
      this.#encoder.forgetAfter(mark);
      throw error;
    }
  }

  /** Beside an error Go sends an empty struct. */
  writeError(writer: Writer, tag: HeaderTag, text: string): void {
    this.#encoder.encode(writer, this.#response, headerOf(tag, text));
    this.#encoder.encode(writer, nothing, undefined);
  }
}

function headerOf({ serviceMethod, seq }: RequestHeader, error: string): ResponseHeader {
  return { serviceMethod, seq, error };
}
