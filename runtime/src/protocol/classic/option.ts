import {
  checkMagicNumber,
  HandshakeError,
  magicNumber,
  type OptionFields,
  parseOption,
  readTime,
  show,
  toNanoseconds,
} from "../option.ts";

/** What bodies may be encoded in. */
export const contentTypes = ["application/gob", "application/json"] as const;

export type ClassicContentType = (typeof contentTypes)[number];

/** What a classic client says before its first call. */
export interface ClassicOption {
  readonly contentType: ClassicContentType;
  /** In ms; 0 for none. */
  readonly connectTimeout: number;
  /** In ms; 0 for none. */
  readonly handleTimeout: number;
}

/**
 * Bytes of our own Option. Classic servers read it through a buffer and lose what came with it: the first read asks for this many, so that
 * an Option of exactly that size is taken whole, and calls may follow at once.
 */
const paddedBytes = 512;

/** As a client sends it, without a line feed. */
export function writeOption(option: ClassicOption): string {
  const text = JSON.stringify(fieldsOf(option));
  return `${text.slice(0, -1)}${" ".repeat(paddedBytes - text.length)}}`;
}

/** As a server repeats it: the four fields, without a line feed, which would break its client's decoder where it came late. */
export function writeEcho(option: ClassicOption): string {
  return JSON.stringify(fieldsOf(option));
}

function fieldsOf({ contentType, connectTimeout, handleTimeout }: ClassicOption): OptionFields {
  return {
    MagicNumber: magicNumber,
    CodecType: contentType,
    ConnectTimeout: toNanoseconds(connectTimeout),
    HandleTimeout: toNanoseconds(handleTimeout),
  };
}

/** @throws HandshakeError that says what is wrong with it */
export function readOption(text: string): ClassicOption {
  const fields = parseOption(text);
  checkMagicNumber(fields);
  const contentType = contentTypes.find((known) => known === fields["CodecType"]);
  if (contentType === undefined) {
    throw new HandshakeError(
      `CodecType is ${show(fields["CodecType"])}: without a Framing it is one of ${contentTypes.join(", ")}`,
    );
  }
  return {
    contentType,
    connectTimeout: readTime(fields, "ConnectTimeout"),
    handleTimeout: readTime(fields, "HandleTimeout"),
  };
}
