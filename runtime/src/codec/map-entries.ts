import { entries, keys } from "../schema/collections.ts";
import type { MapType } from "../schema/types.ts";

/**
 * The entries of a map's value.
 * @throws TypeError where it is not the object that the map's type takes
 */
export function mapEntries(type: MapType, value: unknown): Iterable<readonly [unknown, unknown]> {
  if (type.key !== "string") return entries(value as ReadonlyMap<unknown, unknown>);
  const record = value as Readonly<Record<string, unknown>>;
  return keys(record).map((key) => [key, record[key]] as const);
}
