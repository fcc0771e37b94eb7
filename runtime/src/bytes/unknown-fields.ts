import { varintSize } from "./varint.ts";

/**
 * Where a value carries the fields that its schema does not know, as they were received. A symbol, so that
 * a spread copy keeps them and no name of a schema can meet it.
 */
export const unknownFields: unique symbol = Symbol("gorpc.unknownFields");

interface Extensible {
  [unknownFields]?: Uint8Array;
}

/** The unknown fields that a value carries, if any. */
export function unknownFieldsOf(value: unknown): Uint8Array | undefined {
  return typeof value === "object" && value !== null ? (value as Extensible)[unknownFields] : undefined;
}

/** Collects unknown fields while the values that will carry them are read. */
export class KeptFields {
  readonly #byDepth: Uint8Array[][] = [];

  /** Keeps a field of the value that is read at this depth: its tag, and the bytes after that. */
  add(depth: number, tag: number, rest: Uint8Array): void {
    const size = varintSize(tag);
    const field = new Uint8Array(size + rest.length);
    for (let at = 0, left = tag; at < size; at++, left >>>= 7) field[at] = at < size - 1 ? left | 0x80 : left;
    field.set(rest, size);
    (this.#byDepth[depth] ??= []).push(field);
  }

  /** Gives the value that was read at this depth what was kept of it. */
  giveTo(value: unknown, depth: number): void {
    const fields = this.#byDepth[depth];
    if (fields === undefined || fields.length === 0) return;
    this.#byDepth[depth] = [];
    if (typeof value !== "object" || value === null) return;
    (value as Extensible)[unknownFields] = new Uint8Array(Buffer.concat(fields));
  }
}
