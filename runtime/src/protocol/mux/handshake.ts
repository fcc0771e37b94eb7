import {
  type Limits,
  maxHandshakeBytes,
  maximumLimits,
  maxRequestHeadBytes,
  minimumLimits,
} from "../../limits.ts";
import {
  checkMagicNumber,
  HandshakeError,
  magicNumber,
  parseOption,
  readTime,
  show,
  toNanoseconds,
} from "../option.ts";

export const framing = "mux/1";

/** What one side says in its Option. */
export interface Option {
  readonly codec: string;
  /** In ms; 0 for none. */
  readonly connectTimeout: number;
  /** In ms; 0 for none. */
  readonly handleTimeout: number;
  /** How bodies may be compressed; undefined where they are not. A server answers what was asked for, or nothing. */
  readonly compression?: string | undefined;
  /** What the speaker accepts. */
  readonly accepts: PeerLimits;
}

/** What the other side has said that it accepts. */
export type PeerLimits = Pick<
  Limits,
  | "maxMessageBytes"
  | "maxMetadataBytes"
  | "maxFrameBytes"
  | "maxConcurrentCalls"
  | "streamCreditBytes"
  | "connectionCreditBytes"
>;

const limitKeys = {
  maxMessageBytes: "MaxMessage",
  maxMetadataBytes: "MaxMetadata",
  maxFrameBytes: "MaxFrame",
  maxConcurrentCalls: "MaxCalls",
  streamCreditBytes: "StreamCredit",
  connectionCreditBytes: "ConnectionCredit",
} as const satisfies Record<keyof PeerLimits, string>;

/** An Option as a line of JSON. */
export function writeOption(option: Option): string {
  const line: Record<string, unknown> = {
    MagicNumber: magicNumber,
    CodecType: option.codec,
    ConnectTimeout: toNanoseconds(option.connectTimeout),
    HandleTimeout: toNanoseconds(option.handleTimeout),
    Framing: framing,
  };
  if (option.compression !== undefined) line["Compression"] = option.compression;
  for (const [name, key] of Object.entries(limitKeys)) line[key] = option.accepts[name as keyof PeerLimits];
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads a line as an Option.
 * @throws HandshakeError where it is not one, or carries the peer's refusal
 */
export function readOption(line: string): Option {
  const fields = parseOption(line);
  checkMagicNumber(fields);
  if (fields["Error"] !== undefined) throw new HandshakeError(`the peer refused: ${show(fields["Error"])}`);
  if (fields["Framing"] !== framing) {
    throw new HandshakeError(`Framing is ${show(fields["Framing"])}; this side speaks "${framing}"`);
  }
  const codec = fields["CodecType"];
  if (typeof codec !== "string")
    throw new HandshakeError(`CodecType is ${show(codec)}: it takes a content type`);
  return {
    codec,
    connectTimeout: readTime(fields, "ConnectTimeout"),
    handleTimeout: readTime(fields, "HandleTimeout"),
    ...readCompression(fields),
    accepts: readLimits(fields),
  };
}

function readCompression(fields: Readonly<Record<string, unknown>>): { compression?: string } {
  const compression = fields["Compression"];
  if (compression === undefined) return {};
  if (typeof compression === "string") return { compression };
  throw new HandshakeError(`Compression is ${show(compression)}: it takes a name`);
}

function readLimits(fields: Readonly<Record<string, unknown>>): PeerLimits {
  const limits = {
    maxMessageBytes: readLimit(fields, "maxMessageBytes"),
    maxMetadataBytes: readLimit(fields, "maxMetadataBytes"),
    maxFrameBytes: readLimit(fields, "maxFrameBytes"),
    maxConcurrentCalls: readLimit(fields, "maxConcurrentCalls"),
    streamCreditBytes: readLimit(fields, "streamCreditBytes"),
    connectionCreditBytes: readLimit(fields, "connectionCreditBytes"),
  };
  const room = limits.maxFrameBytes - maxRequestHeadBytes;
  if (limits.maxMetadataBytes <= room) return limits;
  throw new HandshakeError(
    `MaxMetadata is ${limits.maxMetadataBytes}: it takes at most ${room} where MaxFrame is ${limits.maxFrameBytes}`,
  );
}

function readLimit(fields: Readonly<Record<string, unknown>>, name: keyof PeerLimits): number {
  const key = limitKeys[name];
  const value = fields[key] ?? minimumLimits[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < minimumLimits[name]) {
    throw new HandshakeError(`${key} is ${show(value)}: it takes an integer from ${minimumLimits[name]}`);
  }
  // More than this side can send needs no saying.
  return Math.min(value, maximumLimits[name]);
}

/** Gathers the bytes of a handshake's line. */
export class LineReader {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /**
   * Takes a chunk. Returns the line and where in the chunk the bytes behind it start, once it is whole.
   * @throws HandshakeError where the line is longer than a handshake may be
   */
  push(chunk: Uint8Array): { readonly line: string; readonly rest: number } | undefined {
    const newline = chunk.indexOf(0x0a);
    const end = newline < 0 ? chunk.length : newline;
    this.#length += end;
    if (this.#length > maxHandshakeBytes) {
      throw new HandshakeError(
        `the Option is longer than the ${maxHandshakeBytes} bytes that a handshake may have`,
      );
    }
    this.#parts.push(chunk.subarray(0, end));
    if (newline < 0) return undefined;
    return { line: Buffer.concat(this.#parts).toString("utf8"), rest: newline + 1 };
  }
}
