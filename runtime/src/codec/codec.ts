import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { Body } from "../schema/body.ts";

/**
 * The seam between a protocol and a message's bytes. A codec appends a body to a writer and reads one back;
 * it knows neither frames nor connections. `registerCodec` adds another.
 */
export interface Codec {
  /** As it goes into the handshake: `application/proto`. */
  readonly contentType: string;
  /** Gets what the codec needs, where that is not there from the start; awaited before a connection uses it. */
  load?(): Promise<void>;
  /**
   * Set by a codec that looks at nothing it has written: `bytes` longer than this, and than a frame, are then not copied into the writer's
   * buffer, and its offsets do not count them.
   */
  readonly spliceAbove?: number;
  /**
   * Appends one body.
   * @throws EncodeError where the value is not what its type says
   */
  encode<T>(body: Body<T>, value: T, writer: Writer): void;
  /**
   * Reads one body that ends at `end`, an offset in the reader's buffer; the result keeps no view of that buffer, but for what the reader's
   * own methods return.
   * @throws DecodeError where the bytes are not what the type says
   */
  decode<T>(body: Body<T>, reader: Reader, end: number): T;
}
