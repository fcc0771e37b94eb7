import type { Body } from "../schema/body.ts";
import { explain, nameOf } from "./explain.ts";
import { parsePrecise, type PreciseJson } from "./go-json/parse.ts";
import { readGoJson } from "./go-json/read.ts";
import { writeGoJson } from "./go-json/write.ts";

export { parsePrecise, type PreciseJson };

/**
 * A body as Go's `encoding/json` writes it: fields by their Go names, none left out, 64 bits as a number, bytes in base64, a
 * duration in nanoseconds.
 * @throws EncodeError that names the field which does not fit its type
 */
export function toGoJson<T>({ type }: Body<T>, value: T): string {
  try {
    return writeGoJson(type, value, 0);
  } catch (error) {
    throw explain(error, type, value);
  }
}

/** @throws DecodeError that names the path of what does not fit */
export function fromGoJson<T>({ type }: Body<T>, json: PreciseJson): T {
  return readGoJson(type, json, nameOf(type), 0) as T;
}
