import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { Body } from "../schema/body.ts";

/**
 * The seam between a protocol and a message's bytes. A codec appends a body to a writer and reads one back;
 * it knows neither frames nor connections. Register another with {@link registerCodec}.
 */
export interface Codec {
  /** As it goes into the handshake: `application/proto`. */
  readonly contentType: string;
  /**
   * Appends one body.
   * @throws EncodeError where the value is not what its type says
   */
  encode<T>(body: Body<T>, value: T, writer: Writer): void;
  /**
   * Reads one body that ends at `end`, an offset in the reader's buffer; the result keeps no view of that buffer.
   * @throws DecodeError where the bytes are not what the type says
   */
  decode<T>(body: Body<T>, reader: Reader, end: number): T;
}
