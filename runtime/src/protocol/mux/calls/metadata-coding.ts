import type { Reader } from "../../../bytes/reader.ts";
import type { Writer } from "../../../bytes/writer.ts";
import { DecodeError, RpcError } from "../../../errors.ts";
import { Metadata } from "../../../metadata.ts";

/**
 * Appends metadata: its length in bytes, then each key and value with their lengths. None is a length of zero.
 * @throws RpcError RESOURCE_EXHAUSTED where it is larger than the peer accepts
 */
export function writeMetadata(writer: Writer, metadata: Metadata | undefined, maxBytes: number): void {
  if (metadata === undefined || metadata.size === 0) {
    writer.byte(0);
    return;
  }
  const start = writer.open().pos;
  for (const [key, value] of metadata) {
    writer.string(key);
    if (typeof value === "string") writer.string(value);
    else writer.bytes(value);
  }
  const size = writer.pos - start;
  if (size > maxBytes) {
    const text = `metadata of ${size} bytes is larger than the ${maxBytes} that the peer accepts (its option maxMetadataBytes)`;
    throw new RpcError("RESOURCE_EXHAUSTED", text);
  }
  writer.close();
}

/**
 * Reads metadata; undefined where there is none.
 * @throws DecodeError where it is malformed or larger than `maxBytes`
 */
export function readMetadata(reader: Reader, maxBytes: number): Metadata | undefined {
  const end = reader.open();
  const length = end - reader.pos;
  if (length === 0) return reader.close(undefined);
  if (length > maxBytes) {
    throw new DecodeError(
      `metadata of ${length} bytes is larger than the limit of ${maxBytes} (option maxMetadataBytes)`,
    );
  }
  const metadata = new Metadata();
  while (reader.pos < end) appendEntry(metadata, reader);
  return reader.close(metadata);
}

function appendEntry(metadata: Metadata, reader: Reader): void {
  const key = reader.string();
  try {
    metadata.append(key, key.endsWith("-bin") ? reader.bytes() : reader.string());
  } catch (error) {
    throw error instanceof TypeError ? new DecodeError(error.message, { cause: error }) : error;
  }
}
