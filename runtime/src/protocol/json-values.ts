import { isBlank } from "./json-keys.ts";

/** A value is larger than the limit, or the bytes are no JSON. */
export class JsonStreamError extends Error {
  override readonly name = "JsonStreamError";
}

const none = new Uint8Array(0);
const quote = 0x22;
const backslash = 0x5c;
/** Each of these ends a number or a word before it, as a blank does; no value begins with the last four. */
const marks: ReadonlySet<number> = new Set(Buffer.from('"{[,:}]'));
const noBeginning: ReadonlySet<number> = new Set(Buffer.from(",:}]"));

/** Cuts bytes that arrive as they like into JSON values that follow each other. Each byte is looked at once. */
export class JsonValues {
  readonly #maxBytes: number;
  #bytes: Uint8Array = none;
  /** Whether the bytes are this object's own: it must not write into what it was given. */
  #isOwn = false;
  /** Where the value begins that is looked for. */
  #start = 0;
  /** What was looked at ends here. */
  #seen = 0;
  /** Where the bytes end. */
  #end = 0;
  // Of the value that is looked for:
  #kind: "none" | "word" | "other" = "none";
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  /** @param maxBytes - of one value */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#start === this.#end) return this.#use(chunk, 0, chunk.length, false);
    this.#reserve(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The text of the next value; undefined until it is whole.
   * @throws JsonStreamError
   */
  next(): string | undefined {
    if (this.#kind === "none" && !this.#begin()) return undefined;
    const isWhole = this.#kind === "word" ? this.#endWord() : this.#endOther();
    if (this.#seen - this.#start > this.#maxBytes) {
      throw new JsonStreamError(`a JSON value is larger than the ${this.#maxBytes} bytes accepted`);
    }
    if (!isWhole) return undefined;
    const { buffer, byteOffset } = this.#bytes;
    const text = Buffer.from(buffer, byteOffset + this.#start, this.#seen - this.#start).toString();
    this.#start = this.#seen;
    this.#kind = "none";
    return text;
  }

  /** What follows the values taken so far. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  #use(bytes: Uint8Array, seen: number, end: number, isOwn: boolean): void {
    this.#bytes = bytes;
    this.#start = 0;
    this.#seen = seen;
    this.#end = end;
    this.#isOwn = isOwn;
  }

  #reserve(count: number): void {
    if (this.#isOwn && this.#end + count <= this.#bytes.length) return;
    const held = this.#end - this.#start;
    const room = new Uint8Array(Math.max(2 * (held + count), 1024));
    room.set(this.rest());
    this.#use(room, this.#seen - this.#start, held, true);
  }

  /** Finds where the next value begins. */
  #begin(): boolean {
    while (this.#start < this.#end && isBlank(this.#bytes[this.#start])) this.#start++;
    if (this.#start === this.#end) {
      // An idle connection holds nothing.
      this.#use(none, 0, 0, false);
      return false;
    }
    const byte = this.#bytes[this.#start]!;
    if (noBeginning.has(byte)) throw new JsonStreamError("what came is no JSON");
    this.#kind = marks.has(byte) ? "other" : "word";
    this.#seen = this.#start;
    this.#depth = 0;
    return true;
  }

  #endWord(): boolean {
    while (this.#seen < this.#end) {
      const byte = this.#bytes[this.#seen]!;
      if (isBlank(byte) || marks.has(byte)) return true;
      this.#seen++;
    }
    return false;
  }

  /** Of an object or an array at its last bracket, of a string at its quote. */
  #endOther(): boolean {
    while (this.#seen < this.#end) {
      const byte = this.#bytes[this.#seen++]!;
      if (this.#inString ? this.#endsString(byte) : this.#endsNested(byte)) return true;
    }
    return false;
  }

  #endsString(byte: number): boolean {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      return false;
    }
    if (byte === backslash) this.#isEscaped = true;
    this.#inString = byte !== quote;
    return !this.#inString && this.#depth === 0;
  }

  #endsNested(byte: number): boolean {
    if (byte === quote) this.#inString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#depth++;
    else if (byte === 0x7d || byte === 0x5d) return --this.#depth === 0;
    return false;
  }
}
