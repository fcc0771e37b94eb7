import { Reader } from "../bytes/reader.ts";
import type { Writer } from "../bytes/writer.ts";
import { DecodeError, RpcError } from "../errors.ts";
import { checkNames } from "../option-names.ts";
import type { Body } from "../schema/body.ts";
import type { Codec } from "./codec.ts";

/** Which messages are compressed, and how. */
export interface CompressionOptions {
  /** Smaller messages go as they are, in bytes. @defaultValue 1 KiB */
  readonly above?: number;
  /**
   * Larger messages go as they are, in bytes: compressing happens between two calls, and a mebibyte holds the others up for some ten
   * milliseconds. @defaultValue 256 KiB
   */
  readonly below?: number;
  /** Of deflate, from 1 (fast) to 9 (small). @defaultValue 3 */
  readonly level?: number;
}

/** As handshakes name what {@link CompressingCodec} does. */
export const deflate = "deflate";

/** The byte before a body. */
const plain = 0;
const deflated = 1;
const nothing = new Uint8Array(0);

type Settings = Required<CompressionOptions>;

/**
 * The options with their defaults; undefined where nothing is compressed.
 * @throws RangeError that names the option, its value and its range; TypeError for an option that is not known
 */
export function compressionOf(options: boolean | CompressionOptions | undefined): Settings | undefined {
  if (options === undefined || options === false) return undefined;
  const given = options === true ? {} : options;
  checkNames("compression", { above: true, below: true, level: true }, given);
  const { above = 1024, below = 256 * 1024, level = 3 } = given;
  check("above", above, 0, Number.MAX_SAFE_INTEGER);
  check("below", below, above, Number.MAX_SAFE_INTEGER);
  check("level", level, 1, 9);
  return { above, below, level };
}

function check(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new RangeError(`compression.${name} is ${value}: it takes an integer from ${low} to ${high}`);
}

/**
 * A codec whose bodies are compressed where that makes them smaller (deflate, RFC 1951). One byte before each says whether it is. What
 * comes is inflated up to the message limit and no further.
 */
export class CompressingCodec implements Codec {
  readonly contentType: string;
  readonly spliceAbove: number;
  readonly #codec: Codec;
  readonly #settings: Settings;
  readonly #maxBytes: number;
  readonly #reader = new Reader();
  // Loaded by who compresses alone: it takes a millisecond or two.
  readonly #zlib = process.getBuiltinModule("node:zlib");

  /** @param maxBytes - the largest message that is inflated */
  constructor(codec: Codec, settings: Settings, maxBytes: number) {
    this.contentType = codec.contentType;
    // What is compressed must lie in one piece.
    this.spliceAbove = Math.max(settings.below, codec.spliceAbove ?? Infinity);
    this.#codec = codec;
    this.#settings = settings;
    this.#maxBytes = maxBytes;
  }

  encode<T>(body: Body<T>, value: T, writer: Writer): void {
    const { above, below, level } = this.#settings;
    const start = writer.pos;
    writer.byte(plain);
    this.#codec.encode(body, value, writer);
    const size = writer.pos - start - 1;
    if (size < above || size > below || writer.isSpliced) return;
    const bytes = writer.buffer.subarray(start + 1, writer.pos);
    const smaller = this.#zlib.deflateRawSync(bytes, { level });
    if (smaller.length >= size) return;
    writer.buffer[start] = deflated;
    writer.buffer.set(smaller, start + 1);
    writer.pos = start + 1 + smaller.length;
  }

  decode<T>(body: Body<T>, reader: Reader, end: number): T {
    const bytes = reader.rest(end);
    const [encoding] = bytes;
    if (encoding === plain) {
      reader.pos++;
      return this.#codec.decode(body, reader, end);
    }
    if (encoding !== deflated)
      throw new DecodeError(`its encoding is ${encoding}: 0 (none) or 1 (deflate) is known`);
    const inflated = this.#inflate(bytes.subarray(1));
    reader.pos = end;
    try {
      return this.#codec.decode(body, this.#reader.reset(inflated), inflated.length);
    } finally {
      this.#reader.reset(nothing);
    }
  }

  #inflate(bytes: Uint8Array): Uint8Array {
    try {
      return this.#zlib.inflateRawSync(bytes, { maxOutputLength: this.#maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE")
        throw new DecodeError(`it does not inflate: ${(error as Error).message}`, { cause: error });
      const text = `inflated it is larger than the ${this.#maxBytes} bytes accepted (option maxMessageBytes)`;
      throw new RpcError("RESOURCE_EXHAUSTED", text);
    }
  }
}
