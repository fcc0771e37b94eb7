import type { Codec } from "./codec.ts";

/** The content types of the runtime's own codecs. */
export const ownContentTypes = {
  proto: "application/proto",
  json: "application/json",
  gob: "application/gob",
} as const;

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
  if (knownContentTypes().includes(contentType))
    throw new RangeError(`a codec for ${contentType} is registered already`);
  registered.set(contentType, codec);
}

/** One that was registered. */
export function registeredCodec(contentType: string): Codec | undefined {
  return registered.get(contentType);
}

/** The content types that have a codec, for what refuses another one. */
export function knownContentTypes(): string[] {
  return [...Object.values(ownContentTypes), ...registered.keys()];
}
