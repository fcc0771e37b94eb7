import { maxHandshakeBytes } from "../../limits.ts";
import { isOption } from "../first-key.ts";
import type { Detection } from "../protocol.ts";

/** A whole Option that does not say `Framing`. */
export function detectClassic(first: Uint8Array): Detection {
  const option = isOption(first);
  if (typeof option === "string") return option;
  if (option.keys.includes("Framing") || option.state === "broken") return "no";
  if (option.state === "ended") return "yes";
  return first.length < maxHandshakeBytes ? "more" : "no";
}
