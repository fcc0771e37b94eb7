/**
 * What generated code iterates over when it encodes, its kind checked first: a string given for a list, or a
 * `Map` for a record, would otherwise encode as something else without a word. The encoder's own error
 * then names the place.
 */

/** The items of a list. */
export function items<T>(list: readonly T[]): readonly T[] {
  if (!(Array.isArray as (value: unknown) => boolean)(list)) throw new TypeError("not a list, an array");
  return list;
}

/** The keys of a map that is an ordinary object. */
export function keys(record: Readonly<Record<string, unknown>>): string[] {
  if (!isOrdinaryObject(record)) throw new TypeError("not a map, an ordinary object");
  return Object.keys(record);
}

/** The entries of a map that is a `Map`. */
export function entries<K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  if (!(map instanceof Map)) throw new TypeError("not a map, a Map");
  return map;
}

function isOrdinaryObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Of another realm, or of a class.
  return Object.prototype.toString.call(value) === "[object Object]";
}
