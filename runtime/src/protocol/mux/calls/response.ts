/** What a RESPONSE says: a status, then trailers and the body, or what went wrong. */
import type { Reader } from "../../../bytes/reader.ts";
import { wellFormed } from "../../../bytes/utf8.ts";
import type { Codec } from "../../../codec/codec.ts";
import { RpcError, type Sent, statusCode, statusNumbers } from "../../../errors.ts";
import type { Metadata } from "../../../metadata.ts";
import { type AnyMethod, streamsResponses } from "../../../schema/service.ts";
import { errorTypeOf, TypedError } from "../../../schema/typed-error.ts";
import { Flag, Kind } from "../frames/frame.ts";
import type { PeerLimits } from "../handshake.ts";
import type { Output } from "../output/output.ts";
import { readMetadata, writeMetadata } from "./metadata-coding.ts";

/** Characters of an error's message that are sent, and taken. */
const maxErrorText = 4096;

/**
 * Writes a successful answer.
 * @throws EncodeError, or RpcError for what the caller does not accept; what was written since must then be taken back with the writer's `truncate`
 */
export function writeAnswer(
  output: Output,
  id: number,
  codec: Codec,
  method: AnyMethod,
  value: unknown,
  trailers: Metadata | undefined,
  caller: PeerLimits,
): void {
  const { writer } = output;
  const start = output.begin(Kind.RESPONSE, id);
  writer.byte(statusNumbers.OK);
  writeMetadata(writer, trailers, caller.maxMetadataBytes);
  // The answers of a stream came before.
  if (!streamsResponses(method)) {
    writer.begin(caller.maxMessageBytes);
    codec.encode(method.response, value, writer);
    writer.end();
  }
  output.finish(start);
}

/** Writes an error as the answer. */
export function writeError(
  output: Output,
  id: number,
  codec: Codec,
  error: RpcError,
  trailers: Metadata | undefined,
  notRun: boolean,
  caller: PeerLimits,
): void {
  const { writer } = output;
  const start = output.begin(notRun ? Kind.RESPONSE | Flag.NOT_RUN : Kind.RESPONSE, id);
  writer.byte(statusNumbers[error.code]);
  writer.uint32(
    error.retryAfter === undefined ? 0 : Math.min(Math.max(Math.ceil(error.retryAfter), 1), 0x7fff_ffff),
  );
  writeMetadata(writer, joined(trailers, error.metadata), caller.maxMetadataBytes);
  writer.string(wellFormed(error.rawMessage.slice(0, maxErrorText)));
  const type = error instanceof TypedError ? errorTypeOf(error) : undefined;
  writer.string(type?.typeName ?? "");
  if (type !== undefined) {
    writer.begin(caller.maxMessageBytes);
    codec.encode(type, error, writer);
    writer.end();
  }
  output.finish(start);
}

/** The trailers, then what the error itself carries. */
function joined(trailers: Metadata | undefined, own: Metadata | undefined): Metadata | undefined {
  if (trailers === undefined || own === undefined) return trailers ?? own;
  const all = trailers.clone();
  for (const [key, value] of own) all.append(key, value);
  return all;
}

/** What the client learns from an error RESPONSE, the status read already. */
export function readError(
  reader: Reader,
  end: number,
  status: number,
  notRun: boolean,
  codec: Codec,
  method: AnyMethod,
  prefix: string,
  maxMetadataBytes: number,
): RpcError {
  const retryAfter = reader.uint32() || undefined;
  const metadata = readMetadata(reader, maxMetadataBytes);
  const message = reader.string().slice(0, maxErrorText);
  const typeName = reader.string();
  const sent: Sent = notRun ? "no" : "yes";
  const options = { prefix, metadata, sent, retryAfter };
  const declared = typeName === "" ? undefined : method.throws.find(({ type }) => type.typeName === typeName);
  if (declared === undefined) return new RpcError(statusCode(status), message, options);
  try {
    return new declared(codec.decode(declared.type, reader, end), message, options);
  } catch (cause) {
    return new RpcError(statusCode(status), message, { ...options, cause });
  }
}
