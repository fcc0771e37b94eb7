/** A metadata value: text, or bytes for keys that end in `-bin`. */
export type MetadataValue = string | Uint8Array;

/** Metadata, or a plain object of it. */
export type MetadataInit = Metadata | Readonly<Record<string, MetadataValue | readonly MetadataValue[]>>;

const keyPattern = /^[0-9a-z_.-]+$/;

/**
 * What travels beside a call's messages. Keys are lower-case ASCII; values are strings, or `Uint8Array`s for keys that end in
 * `-bin`; repeated keys keep their order.
 */
export class Metadata implements Iterable<readonly [string, MetadataValue]> {
  readonly #entries: [string, MetadataValue][] = [];

  /** The metadata itself, or one made from a plain object. */
  static from(init: MetadataInit): Metadata {
    if (init instanceof Metadata) return init;
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(init)) {
      if (isList(value)) for (const each of value) metadata.append(key, each);
      else metadata.append(key, value);
    }
    return metadata;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** The first value of a key. */
  get(key: string): MetadataValue | undefined {
    return this.#entries.find((entry) => entry[0] === key)?.[1];
  }

  /** All values of a key, in their order. */
  getAll(key: string): MetadataValue[] {
    return this.#entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  /** Adds a value behind those that the key has. @throws TypeError for a key or value of the wrong form */
  append(key: string, value: MetadataValue): this {
    check(key, value);
    this.#entries.push([key, value]);
    return this;
  }

  /** Replaces the values of a key. @throws TypeError for a key or value of the wrong form */
  set(key: string, value: MetadataValue): this {
    check(key, value);
    this.delete(key);
    this.#entries.push([key, value]);
    return this;
  }

  /** Takes a key out, with all its values. */
  delete(key: string): boolean {
    const before = this.#entries.length;
    for (let i = before - 1; i >= 0; i--) if (this.#entries[i]![0] === key) this.#entries.splice(i, 1);
    return this.#entries.length < before;
  }

  /** A copy that shares nothing but the values. */
  clone(): Metadata {
    const copy = new Metadata();
    for (const [key, value] of this.#entries) copy.#entries.push([key, value]);
    return copy;
  }

  /**
   * Key and value of each entry, in the order in which they were added; a key with several values comes
   * several times.
   */
  [Symbol.iterator](): Iterator<readonly [string, MetadataValue]> {
    return this.#entries[Symbol.iterator]();
  }
}

function isList(value: MetadataValue | readonly MetadataValue[]): value is readonly MetadataValue[] {
  return Array.isArray(value);
}

function check(key: string, value: MetadataValue): void {
  if (!keyPattern.test(key)) {
    throw new TypeError(
      `metadata key ${JSON.stringify(key)} is refused: use lower-case ASCII letters, digits, "_", "-" and "."`,
    );
  }
  const binary = key.endsWith("-bin");
  if (binary && !(value instanceof Uint8Array)) {
    throw new TypeError(`metadata ${key} takes a Uint8Array: keys that end in -bin carry bytes`);
  }
  if (!binary && typeof value !== "string") {
    throw new TypeError(`metadata ${key} takes a string: name the key ${key}-bin to carry bytes`);
  }
}
