import { maxDepth } from "../../bytes/wire.ts";
import { DecodeError } from "../../errors.ts";
import { put } from "../../schema/field-value.ts";

/** A JSON value whose integers keep all their digits: those that a number cannot hold are bigints. */
export type PreciseJson =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PreciseJson[]
  | { readonly [key: string]: PreciseJson };

/** Fewer digits always fit a number. */
const longInteger = /\d{16}/;

/**
 * Parses JSON, integers beyond 2^53 included.
 * @throws DecodeError, which quotes nothing of the text: it may be secret
 */
export function parsePrecise(text: string): PreciseJson {
  if (longInteger.test(text)) return new Parser(text).whole();
  try {
    return JSON.parse(text) as PreciseJson;
  } catch (error) {
    const place = /at position \d+/.exec((error as Error).message)?.[0];
    throw new DecodeError(place === undefined ? "the text is not JSON" : `the text is not JSON ${place}`);
  }
}

const blank = /[ \t\r\n]*/y;
const literal = /true|false|null/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

/** As deep as values may lie in each other, and what a call puts around them. */
const maxParseDepth = maxDepth + 3;
/** Digits that it pays to make a bigint of: what is longer fits no type, whatever its digits. */
const maxDigits = 40;

class Parser {
  readonly #text: string;
  #pos = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PreciseJson {
    const value = this.#value(0);
    this.#match(blank);
    return this.#pos === this.#text.length ? value : this.#fail();
  }

  #value(depth: number): PreciseJson {
    if (depth > maxParseDepth) throw new DecodeError(`the JSON nests deeper than ${maxDepth} levels`);
    this.#match(blank);
    const next = this.#text[this.#pos];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    const word = this.#match(literal);
    return word === undefined ? this.#number() : word[0] === "null" ? null : word[0] === "true";
  }

  #object(depth: number): PreciseJson {
    const object: Record<string, PreciseJson> = {};
    this.#pos++;
    for (let first = true; !this.#eat("}"); first = false) {
      if (!first) this.#expect(",");
      this.#match(blank);
      const key = this.#string();
      this.#expect(":");
      put(object, key, this.#value(depth + 1));
    }
    return object;
  }

  #array(depth: number): PreciseJson {
    const array: PreciseJson[] = [];
    this.#pos++;
    for (let first = true; !this.#eat("]"); first = false) {
      if (!first) this.#expect(",");
      array.push(this.#value(depth + 1));
    }
    return array;
  }

  #string(): string {
    const start = this.#pos;
    if (this.#text[start] !== '"') this.#fail();
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) this.#fail();
    } while (this.#isEscaped(end));
    this.#pos = end + 1;
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      return this.#fail();
    }
  }

  #isEscaped(at: number): boolean {
    let first = at;
    while (this.#text[first - 1] === "\\") first--;
    return (at - first) % 2 === 1;
  }

  #number(): number | bigint {
    const [digits, fraction, exponent] = this.#match(number) ?? this.#fail();
    const value = Number(digits);
    const isExact = fraction !== undefined || exponent !== undefined || Number.isSafeInteger(value);
    return isExact || digits.length > maxDigits ? value : BigInt(digits);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#pos;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#pos = pattern.lastIndex;
    return found;
  }

  #eat(character: string): boolean {
    this.#match(blank);
    if (this.#text[this.#pos] !== character) return false;
    this.#pos++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#eat(character)) this.#fail();
  }

  #fail(): never {
    throw new DecodeError(`the text is not JSON at position ${this.#pos}`);
  }
}
