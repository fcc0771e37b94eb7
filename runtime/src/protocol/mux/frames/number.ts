import { Reader } from "../../../bytes/reader.ts";

const reader = new Reader();
const nothing = new Uint8Array(0);

/**
 * The number that a frame's payload holds, as `Output.short` writes it.
 * @throws DecodeError where it ends early
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  try {
    return reader.reset(bytes, start, end).uint32();
  } finally {
    // Else it would keep the chunk alive.
    reader.reset(nothing);
  }
}
