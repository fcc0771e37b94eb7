import fc from "fast-check";

/** A change of a byte stream; places and sizes are fractions, so that they fit any stream. */
export interface Mutation {
  readonly kind: "flip" | "set" | "remove" | "insert" | "repeat" | "cut" | "swap";
  readonly place: number;
  readonly size: number;
  readonly byte: number;
}

/** A few changes, small ones mostly: what is wrong everywhere is refused at its first byte. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("flip", "set", "remove", "insert", "repeat", "cut", "swap"),
    place: fc.integer({ min: 0, max: 9_999 }).map((part) => part / 10_000),
    size: fc.integer({ min: 1, max: 12 }),
    byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
  }),
  { minLength: 1, maxLength: 4 },
);

export function mutate(bytes: Buffer, changes: readonly Mutation[], from = 0): Buffer {
  return changes.reduce((result, change) => apply(result, change, from), bytes);
}

function apply(bytes: Buffer, { kind, place, size, byte }: Mutation, from: number): Buffer {
  const at = from + Math.floor(place * (bytes.length - from));
  const head = bytes.subarray(0, at);
  const part = bytes.subarray(at, at + size);
  const tail = bytes.subarray(at + size);
  switch (kind) {
    case "flip":
      return Buffer.concat([head, part.map((each) => each ^ (1 << (byte & 7))), tail]);
    case "set":
      return Buffer.concat([head, part.map(() => byte), tail]);
    case "remove":
      return Buffer.concat([head, tail]);
    case "insert":
      return Buffer.concat([head, Buffer.alloc(size, byte), part, tail]);
    case "repeat":
      return Buffer.concat([head, part, part, tail]);
    case "cut":
      return Buffer.from(head);
    case "swap":
      return Buffer.concat([head, Buffer.from(part).reverse(), tail]);
  }
}

/** A stream of frames in which one frame's payload is changed, its length put right again: it reaches further in. */
export function mutatePayload(
  frames: readonly Buffer[],
  which: number,
  changes: readonly Mutation[],
): Buffer {
  const index = which % frames.length;
  const header = Buffer.from(frames[index]!.subarray(0, 8));
  const payload = mutate(frames[index]!.subarray(8), changes);
  header.writeUIntBE(payload.length, 0, 3);
  return Buffer.concat([...frames.slice(0, index), header, payload, ...frames.slice(index + 1)]);
}

/** Cuts bytes into the chunks that they are sent in. */
export function chunks(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  if (sizes.length === 0) return [bytes];
  const parts: Buffer[] = [];
  for (let pos = 0; pos < bytes.length;) {
    const end = pos + sizes[parts.length % sizes.length]!;
    parts.push(bytes.subarray(pos, end));
    pos = end;
  }
  return parts;
}

/** Texts that the engine makes when code is wrong: nothing that a peer sends may lead to one. */
export const engineText =
  /Cannot (read|set|destructure|convert)|is not (a function|iterable|defined|an Object)|undefined|Invalid (array|typed array|DataView)|Offset is outside|Maximum call stack|ERR_[A-Z_]+|allocation failed|\[object /;
