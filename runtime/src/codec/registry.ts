import type { Codec } from "./codec.ts";
import { jsonCodec } from "./json.ts";
import { protoCodec } from "./proto.ts";

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
    default:
      return registered.get(contentType);
  }
}

/** The content types that {@link findCodec} finds, for what refuses another one. */
export function knownContentTypes(): string[] {
  return [protoCodec.contentType, jsonCodec.contentType, ...registered.keys()];
}
