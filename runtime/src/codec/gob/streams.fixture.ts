/** Streams by hand, for tests: what no encoder would write. */

export type Bytes = readonly number[];

/** An unsigned integer. */
export function uint(value: number | bigint): Bytes {
  if (value < 0x80) return [Number(value)];
  const hex = BigInt(value).toString(16);
  const digits = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return [0x100 - digits.length, ...digits];
}

/** A signed integer. */
export function int(value: number | bigint): Bytes {
  const big = BigInt(value);
  return uint(big < 0n ? (~big << 1n) | 1n : big << 1n);
}

export function text(value: string): Bytes {
  const bytes = Buffer.from(value);
  return [...uint(bytes.length), ...bytes];
}

/** A message: its length, then its parts. */
export function message(...parts: readonly Bytes[]): Bytes {
  const all = parts.flat();
  return [...uint(all.length), ...all];
}

const common = (id: number, name = ""): Bytes =>
  name === "" ? [1, 2, ...int(id), 0] : [1, 1, ...text(name), 1, ...int(id), 0];

/** Definitions, as the bodies of messages. */
export const define = {
  array: (id: number, element: number, length: number | bigint): Bytes => [
    ...int(-id),
    1,
    ...common(id),
    1,
    ...int(element),
    1,
    ...int(length),
    0,
    0,
  ],
  slice: (id: number, element: number): Bytes => [...int(-id), 2, ...common(id), 1, ...int(element), 0, 0],
  struct: (id: number, name: string, fields: Readonly<Record<string, number>>): Bytes => [
    ...int(-id),
    3,
    ...common(id, name),
    1,
    ...uint(Object.keys(fields).length),
    ...Object.entries(fields).flatMap(([field, type]) => [1, ...text(field), 1, ...int(type), 0]),
    0,
    0,
  ],
  map: (id: number, key: number, element: number): Bytes => [
    ...int(-id),
    4,
    ...common(id),
    1,
    ...int(key),
    1,
    ...int(element),
    0,
    0,
  ],
  opaque: (id: number, name: string): Bytes => [...int(-id), 5, ...common(id, name), 0, 0],
};

/** The numbers of the types that need no definition. */
export const basic = {
  bool: 1,
  int: 2,
  uint: 3,
  float: 4,
  bytes: 5,
  string: 6,
  complex: 7,
  interface: 8,
} as const;

export function stream(...messages: readonly Bytes[]): Uint8Array {
  return Uint8Array.from(messages.flat());
}
