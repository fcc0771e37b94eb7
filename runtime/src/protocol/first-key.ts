import { maxHandshakeBytes } from "../limits.ts";
import { type KeysSoFar, keysSoFar } from "./json-keys.ts";
import type { Detection } from "./protocol.ts";

/** One of these comes first in an Option. */
const optionKeys: ReadonlySet<string> = new Set([
  "MagicNumber",
  "CodecType",
  "ConnectTimeout",
  "HandleTimeout",
  "Framing",
]);

/** One of these comes first in a call of JSON-RPC. */
export const rpcKeys: ReadonlySet<string> = new Set(["jsonrpc", "method", "params", "id"]);

/** The first key that tells what an object is; where there is none yet, whether more bytes could bring one. */
export function firstKnownKey(first: Uint8Array): {
  readonly key: string | undefined;
  readonly answer: Detection;
  readonly found: KeysSoFar;
} {
  const isObject = first.length === 0 || (first[0] === 0x7b && !isBinary(first[1]));
  const found: KeysSoFar = isObject
    ? keysSoFar(first.subarray(0, maxHandshakeBytes))
    : { keys: [], state: "broken" };
  const key = found.keys.find((each) => optionKeys.has(each) || rpcKeys.has(each));
  const isOpen = found.state === "open" && first.length < maxHandshakeBytes;
  return { key, answer: isOpen ? "more" : "no", found };
}

/** Whether bytes begin an Option of either framing: then its keys so far. */
export function isOption(first: Uint8Array): Detection | KeysSoFar {
  const { key, answer, found } = firstKnownKey(first);
  if (key === undefined) return answer;
  return optionKeys.has(key) ? found : "no";
}

/** What a gob stream has behind its first byte, and no text. */
function isBinary(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x7f;
}
