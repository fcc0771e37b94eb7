import { checkEndpoint, checkName } from "./endpoint.ts";
import type { Registration } from "./resolver.ts";

/** What a number among a client's options may be, and is where it is left out. */
export interface NumberRange {
  readonly default: number;
  readonly least: number;
  readonly most: number;
}

/** The numbers that the clients of all registries take. */
export const clientNumbers = {
  requestTimeout: { default: 5_000, least: 1, most: 600_000 },
  maxEndpoints: { default: 10_000, least: 1, most: 1_000_000 },
  maxSnapshotBytes: { default: 16 * 1024 * 1024, least: 1024, most: 1024 ** 3 },
};

/**
 * The numbers among the options, their defaults where they are left out.
 * @throws RangeError that names the option, its value and its range
 */
export function resolveNumbers<Name extends string>(
  ranges: Readonly<Record<Name, NumberRange>>,
  given: Readonly<Partial<Record<NoInfer<Name>, number | undefined>>>,
): Record<Name, number> {
  const resolved = {} as Record<Name, number>;
  for (const name of Object.keys(ranges) as Name[]) {
    const { default: standard, least, most } = ranges[name];
    const value = given[name] ?? standard;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`${name} is ${String(value)}: it takes an integer from ${least} to ${most}`);
    resolved[name] = value;
  }
  return resolved;
}

/** @throws TypeError unless it can name a service */
export function validName(name: string): string {
  return asTypeError(() => checkName(name));
}

/** @throws TypeError unless a registry would take it */
export function validEndpoint(endpoint: Registration["endpoint"]): Registration["endpoint"] {
  return asTypeError(() => checkEndpoint(endpoint));
}

/** What is wrong with an argument is the program's mistake, not that of JSON from outside. */
export function asTypeError<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new TypeError((error as Error).message, { cause: error });
  }
}

/**
 * Addresses of registries, without a slash at the end.
 * @param option - their name among the options
 * @param protocols - that the registry speaks: `http:`
 * @throws TypeError for what is no list, an empty one, and an address of the wrong form
 */
export function checkBases(option: string, urls: readonly string[], protocols: readonly string[]): string[] {
  const isList: boolean = Array.isArray(urls);
  if (!isList) {
    // What the environment was to say and did not, for one.
    const given = Object.prototype.toString.call(urls);
    throw new TypeError(`${option} takes an address as http://host:port, or a list of them, not ${given}`);
  }
  if (urls.length === 0) throw new TypeError(`${option} is an empty list: it takes at least one address`);
  return urls.map((url) => checkBase(option, url, protocols));
}

function checkBase(option: string, text: string, protocols: readonly string[]): string {
  if (!URL.canParse(text))
    throw new TypeError(`${option} ${JSON.stringify(text)} is not an address: write http://host:port`);
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (!protocols.includes(protocol)) {
    const begins = protocols.map((each) => `${each}//`).join(" or ");
    throw new TypeError(
      `${option} ${origin}${pathname} does not begin with ${begins}, which is all that this registry speaks`,
    );
  }
  // Never shown: it would carry a password into messages and logs.
  if (username !== "" || password !== "")
    throw new TypeError(`${option} carries a user or a password, which are no part of an address`);
  if (search !== "" || hash !== "")
    throw new TypeError(`${option} ${text} has a query or a fragment: write http://host:port`);
  return origin + pathname.replace(/\/+$/, "");
}
