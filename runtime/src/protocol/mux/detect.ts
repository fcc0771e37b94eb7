import { maxHandshakeBytes } from "../../limits.ts";
import { isOption } from "../first-key.ts";
import type { Detection } from "../protocol.ts";

/** An Option that says `Framing`; also one that is no JSON or too long, which is answered in words. */
export function detectMux(first: Uint8Array): Detection {
  const option = isOption(first);
  if (typeof option === "string") return option;
  if (option.keys.includes("Framing") || option.state === "broken") return "yes";
  if (option.state === "ended") return "no";
  return first.length < maxHandshakeBytes ? "more" : "yes";
}
