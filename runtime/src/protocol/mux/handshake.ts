import {
  type Limits,
  maxHandshakeBytes,
  maximumLimits,
  maxRequestHeadBytes,
  minimumLimits,
} from "../../limits.ts";

/** The number that every Option begins with, as in the classic Go frameworks. */
export const magicNumber = 3_927_900;
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

const nanoseconds = 1_000_000;

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

/** Characters of a refusal's reason that are sent: whatever they are, the line is no longer than it may be. */
const maxReason = 600;

/** A server's refusal as a line of JSON. */
export function writeRefusal(reason: string): string {
  const line = { MagicNumber: magicNumber, Framing: framing, Error: reason.slice(0, maxReason) };
  return `${JSON.stringify(line)}\n`;
}

/** Why a handshake failed; the text goes to the peer or to the caller. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
}

/**
 * Reads a line as an Option.
 * @throws HandshakeError where it is not one, or carries the peer's refusal
 */
export function readOption(line: string): Option {
  const fields = parseObject(line);
  if (fields["MagicNumber"] !== magicNumber) {
    throw new HandshakeError(`MagicNumber is ${show(fields["MagicNumber"])}, not ${magicNumber}`);
  }
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

function parseObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new HandshakeError(`the Option is not JSON: ${show(line.slice(0, 80))}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new HandshakeError(`the Option is not an object: ${show(line.slice(0, 80))}`);
}

/** As integers: what is longer than they can tell is as good as none. */
function toNanoseconds(ms: number): number {
  const time = Math.ceil(ms * nanoseconds);
  return time <= Number.MAX_SAFE_INTEGER ? time : 0;
}

/** Nanoseconds on the wire, as in Go; ms here. */
function readTime(fields: Readonly<Record<string, unknown>>, key: string): number {
  const value = fields[key] ?? 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new HandshakeError(`${key} is ${show(value)}: it takes nanoseconds, an integer from 0 (none)`);
  }
  return value / nanoseconds;
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

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 200);
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
