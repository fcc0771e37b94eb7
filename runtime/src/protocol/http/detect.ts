import type { Detection } from "../protocol.ts";

/** A method begins with a capital; what a gob stream may have there is followed by no character. */
export function detectHttp(first: Uint8Array): Detection {
  const [method, next] = first;
  if (method === undefined) return "more";
  if (method < 0x41 || method > 0x5a) return "no";
  if (next === undefined) return "more";
  return next < 0x7f ? "yes" : "no";
}
