/** What a JSON object that is still arriving has told so far. */
export interface KeysSoFar {
  /** Those of the object itself, in order; of objects inside it none. */
  readonly keys: readonly string[];
  /** `broken`: no JSON object begins like this. */
  readonly state: "open" | "ended" | "broken";
}

/** Deeper than any Option and any head of a call. */
const maxNesting = 64;

const quote = 0x22;
const backslash = 0x5c;

/** Finds the keys of the object that bytes begin with, without waiting for its end: for what tells protocols apart. */
export function keysSoFar(bytes: Uint8Array): KeysSoFar {
  const keys: string[] = [];
  let pos = skipBlanks(bytes, 1);
  for (;;) {
    if (pos >= bytes.length) return { keys, state: "open" };
    if (bytes[pos] === 0x7d && keys.length === 0) return { keys, state: "ended" };
    if (bytes[pos] !== quote) return { keys, state: "broken" };
    const end = endOfString(bytes, pos);
    if (end > bytes.length) return { keys, state: "open" };
    keys.push(Buffer.from(bytes.subarray(pos + 1, end - 1)).toString("latin1"));
    pos = skipBlanks(bytes, end);
    if (pos >= bytes.length) return { keys, state: "open" };
    if (bytes[pos] !== 0x3a) return { keys, state: "broken" };
    pos = endOfValue(bytes, pos + 1);
    if (pos < 0) return { keys, state: "broken" };
    if (pos >= bytes.length) return { keys, state: "open" };
    if (bytes[pos] === 0x7d) return { keys, state: "ended" };
    pos = skipBlanks(bytes, pos + 1);
  }
}

/** Where the comma or the brace stands that ends a value; -1 where it nests too deep. */
function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let pos = start; pos < bytes.length; pos++) {
    const byte = bytes[pos];
    if (byte === quote) pos = endOfString(bytes, pos) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x2c && depth === 0) return pos;
    else if ((byte === 0x7d || byte === 0x5d) && depth-- === 0) return pos;
    if (depth > maxNesting) return -1;
  }
  return bytes.length;
}

/** Behind the closing quote; past the end of the bytes where it is not there yet. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let pos = start + 1; pos < bytes.length; pos++) {
    if (bytes[pos] === backslash) pos++;
    else if (bytes[pos] === quote) return pos + 1;
  }
  return bytes.length + 1;
}

function skipBlanks(bytes: Uint8Array, start: number): number {
  let pos = start;
  while (isBlank(bytes[pos])) pos++;
  return pos;
}

/** What may stand between the parts of JSON. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
