import { Reader } from "../../bytes/reader.ts";
import { wellFormed } from "../../bytes/utf8.ts";
import { type StatusCode, statusCode, statusNumbers } from "../../errors.ts";
import { Kind } from "./frames/frame.ts";
import type { Output } from "./output/output.ts";

/** Characters of the reason that are sent, and taken. */
const maxReason = 1024;

/** A server's announcement that the connection ends. */
export interface Goaway {
  /** The id of the last call that is, or may have been, run. */
  readonly last: number;
  readonly code: StatusCode;
  readonly reason: string;
}

export function writeGoaway(output: Output, { last, code, reason }: Goaway): void {
  const { writer } = output;
  const start = output.begin(Kind.GOAWAY, 0);
  writer.byte(last >>> 24).byte(last >>> 16);
  writer.byte(last >>> 8).byte(last);
  writer.byte(statusNumbers[code]).string(wellFormed(reason.slice(0, maxReason)));
  output.finish(start);
}

/** @throws Error where it ends early */
export function readGoaway(bytes: Uint8Array, start: number, end: number): Goaway {
  if (end - start < 4) throw new Error("it has no last id");
  const last = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getUint32(0);
  const reader = new Reader().reset(bytes, start + 4, end);
  return { last, code: statusCode(reader.uint32()), reason: reader.string().slice(0, maxReason) };
}
