import type { AnyMethod } from "../schema/service.ts";
import { hashText } from "./hash.ts";

/**
 * What decides where a call goes: calls with the same key go to the same endpoint, calls with undefined anywhere.
 * @typeParam I - the type of the requests; undefined where the client streams, whose requests are not there yet
 */
export type HashKey<I> = (request: I, method: AnyMethod) => string | number | undefined;

/** 32 bits of a call's key; undefined where it has none. */
export function hashOf<I>(key: HashKey<I>, request: unknown, method: AnyMethod): number | undefined {
  const value = key(request as I, method);
  return value === undefined ? undefined : hashText(String(value));
}
