import type { Writer } from "../../bytes/writer.ts";
import { GobDecoder } from "../../codec/gob/decoder.ts";
import { GobEncoder } from "../../codec/gob/encoder.ts";
import type { GobStruct } from "../../codec/gob/struct.ts";
import type { Body } from "../../schema/body.ts";
import { goPath } from "../../schema/go-path.ts";
import type { AnyMethod } from "../../schema/service.ts";
import type { RequestHeader, ResponseHeader } from "./headers.ts";
import type { GoAnswer, GoClientWire } from "./wire.ts";

/** Calls as two gob values each, a header and a body, on the caller's side. */
export class GobClientWire implements GoClientWire {
  readonly name: string;
  readonly #request: GobStruct<RequestHeader>;
  readonly #response: GobStruct<ResponseHeader>;
  readonly #encoder = new GobEncoder();
  readonly #decoder: GobDecoder;
  /** Where the request written last begins in the stream of values. */
  #mark = 0;
  /** Of the answer whose body has not come yet. */
  #header: ResponseHeader | undefined;
  /** Whether the last answer's body is still to be taken. */
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

  writeRequest(writer: Writer, seq: number, method: AnyMethod, request: unknown): void {
    this.#mark = this.#encoder.mark;
    try {
      const header = { serviceMethod: goPath(method), seq: BigInt(seq), error: "" };
      this.#encoder.encode(writer, this.#request, header);
      this.#encoder.encode(writer, method.request, request);
    } catch (error) {
      this.takeBack();
      throw error;
    }
  }

  takeBack(): void {
    this.#encoder.forgetAfter(this.#mark);
  }

  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  next(): GoAnswer | undefined {
    const decoder = this.#decoder;
    if (this.#isBodyLeft) decoder.skip();
    this.#isBodyLeft = false;
    if (this.#header === undefined) {
      if (!decoder.ready()) return undefined;
      this.#header = decoder.decode(this.#response);
    }
    if (!decoder.ready()) return undefined;
    const { seq, error } = this.#header;
    this.#header = undefined;
    this.#isBodyLeft = true;
    return { seq: Number(seq), error: error === "" ? undefined : error, decode: this.#decode };
  }

  readonly #decode = <T>(body: Body<T>): T => {
    // What is nothing here may be anything there.
    if (body.type === undefined) return undefined as T;
    this.#isBodyLeft = false;
    return this.#decoder.decode(body);
  };

  breaksAfter(_error: string): string | undefined {
    return undefined;
  }
}
