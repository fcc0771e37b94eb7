import type { Detection } from "../protocol.ts";

/** What every request's header has, and its type's definition therefore names. */
const mark = Buffer.from("ServiceMethod");

/**
 * A gob stream whose first type has a field ServiceMethod. A definition begins with its length and the type's id, negated: older Go
 * numbers types of users from 65, which is `ff 81`; newer from 64, which is `7f`.
 */
export function detectGob(first: Uint8Array): Detection {
  const length = first[0];
  if (length === undefined) return "more";
  if (length < 1 || length > 0x7f) return "no";
  if (first.length === 1) return "more";
  if (first[1] !== 0x7f && first[1] !== 0xfe && first[1] !== 0xff) return "no";
  const definition = Buffer.from(first.buffer, first.byteOffset, Math.min(first.length, 1 + length));
  if (definition.includes(mark)) return "yes";
  return first.length <= length ? "more" : "no";
}
