import { checkObject, checkText, parseJson } from "../check.ts";
import { checkRegistered, formatRegistered, type Registered } from "../endpoint.ts";
import type { Keys } from "./keys.ts";
import type { KeyValue } from "./messages.ts";

/** What stands at a key: an endpoint, or that it said goodbye. */
export type Entry =
  | { readonly kind: "registered"; readonly registered: Registered }
  | { readonly kind: "withdrawn"; readonly id: string };

/**
 * What a server leaves at its key before that goes: of a key that is gone, etcd does not tell whether it was deleted or its
 * lease expired, and to callers that makes a difference.
 */
const withdrawn = '{"withdrawn":true}';

/** The value of a registration, in base64. */
export function registeredValue(registered: Registered): string {
  return Buffer.from(formatRegistered(registered)).toString("base64");
}

/** The value of one that is being withdrawn, in base64. */
export const withdrawnValue = Buffer.from(withdrawn).toString("base64");

/**
 * Reads what stands at a key. The key says which endpoint it is, whatever the value says.
 * @param ttl - in ms, of an endpoint whose value does not say
 * @throws InvalidJson or Error for what no server of this registry has written
 */
export function readEntry({ key, value }: KeyValue, keys: Keys, ttl: number): Entry {
  const id = keys.idIn(key);
  const text = Buffer.from(checkText(value, "the value", Infinity), "base64").toString();
  const json = checkObject(parseJson(text, "the value"), "the value");
  if (json["withdrawn"] === true) return { kind: "withdrawn", id };
  return { kind: "registered", registered: checkRegistered({ ttl, ...json, id }, "the value") };
}
