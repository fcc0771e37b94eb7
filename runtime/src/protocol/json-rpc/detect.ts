import { firstKnownKey, rpcKeys } from "../first-key.ts";
import type { Detection } from "../protocol.ts";

/** A JSON object in which a key of a call comes before any of an Option. */
export function detectJsonRpc(first: Uint8Array): Detection {
  const { key, answer } = firstKnownKey(first);
  return key === undefined ? answer : rpcKeys.has(key) ? "yes" : "no";
}
