import type { Frame } from "./wire.ts";
import { kinds, NOT_RUN } from "./wire.ts";

/** A RESPONSE in words: its status, or its body in hex. */
export interface Outcome {
  readonly id: number;
  readonly status: number;
  readonly run: boolean;
  /** An error's message. */
  readonly message: string;
  readonly body: Buffer;
}

export function outcomeOf({ kind, flags, id, payload }: Frame): Outcome {
  if (kind !== kinds.RESPONSE) throw new Error(`kind ${kind} is no RESPONSE`);
  const run = (flags & NOT_RUN) === 0;
  let pos = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = payload[pos++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const skip = (): Buffer => {
    const length = next();
    pos += length;
    return payload.subarray(pos - length, pos);
  };
  const status = next();
  if (status === 0) {
    skip();
    return { id, status, run, message: "", body: payload.subarray(pos) };
  }
  // What the server asks callers to wait, then its metadata.
  next();
  skip();
  return { id, status, run, message: skip().toString(), body: payload.subarray(pos) };
}

/** What a GOAWAY says. */
export function farewellOf({ kind, payload }: Frame): {
  readonly last: number;
  readonly status: number;
  readonly text: string;
} {
  if (kind !== kinds.GOAWAY) throw new Error(`kind ${kind} is no GOAWAY`);
  return {
    last: payload.readUInt32BE(0),
    status: payload[4]!,
    text: payload.subarray(payload[5]! < 0x80 ? 6 : 7).toString(),
  };
}
