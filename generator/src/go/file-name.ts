import { posix } from "node:path";

/**
 * `orders.gorpc` becomes `orders_gorpc.go`. Go takes a file's name for a condition where it ends in an operating
 * system before its first dot, and leaves out one that begins with `_` or `.`: so there is one dot, and what stands
 * before it always ends the same way.
 */
export function goFileName(schemaPath: string): string {
  const stem = posix.basename(schemaPath, ".gorpc").replace(/[^\p{L}\p{Nd}-]+/gu, "_");
  return `${stem.replace(/^_+/, "")}_gorpc.go`.replace(/^_/, "");
}
