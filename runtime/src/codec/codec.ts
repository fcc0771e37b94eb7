import type { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import type { Body } from "../schema/body.ts";
import { gobCodec } from "./gob.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";

/**
 * The seam between a protocol and a message's bytes. A codec appends a body to a writer and reads one back;
 * it knows neither frames nor connections. Register another with {@link registerCodec}.
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

const token = "[a-z0-9][a-z0-9!#$&^_.+-]{0,62}";
const contentTypePattern = new RegExp(`^${token}/${token}$`);

const registered = new Map<string, Codec>();

/**
 * Makes a codec known by its content type, for servers and channels of this process.
 * @param contentType - lower case, `application/x-mine`; the codec's own
 * @throws RangeError where it is malformed or not the codec's own, or another codec has it
 */
export function registerCodec(contentType: string, codec: Codec): void {
  if (!contentTypePattern.test(contentType)) {
    throw new RangeError(
      `${JSON.stringify(contentType)} is not a content type: it takes the form "application/x-mine", in lower case`,
    );
  }
  if (codec.contentType !== contentType) {
    throw new RangeError(`the codec's contentType is ${codec.contentType}, not ${contentType}`);
  }
  if (findCodec(contentType) !== undefined)
    throw new RangeError(`a codec for ${contentType} is registered already`);
  registered.set(contentType, codec);
}

/** The codec of a content type: one of the runtime's own or one that was registered. */
export function findCodec(contentType: string): Codec | undefined {
  switch (contentType) {
    case protoCodec.contentType:
      return protoCodec;
    case jsonCodec.contentType:
      return jsonCodec;
    case gobCodec.contentType:
      return gobCodec;
    default:
      return registered.get(contentType);
  }
}

/** The content types that {@link findCodec} finds, for what refuses another one. */
export function knownContentTypes(): string[] {
  return [protoCodec, jsonCodec, gobCodec].map(({ contentType }) => contentType).concat(...registered.keys());
}
