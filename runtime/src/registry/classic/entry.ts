import { parseAddress } from "../../transport/address.ts";
import { checkText, InvalidJson, wrong } from "../check.ts";
import type { Endpoint } from "../resolver.ts";
import type { Dialect } from "./dialect.ts";

/** How long a classic registry keeps a server that is silent, in ms. */
export const classicTtl = 300_000;

/** As of every endpoint's id. */
const longestEntry = 256;
const forms = "tcp@host:port, http@host:port or unix@/path";

/**
 * Reads an entry of a classic registry, such as `tcp@[::]:40123`. It is the endpoint's id; a host that is left out, or is
 * unspecified, stays so: {@link reachedFrom} says which one it is.
 * @param what - where it stands, for messages
 * @throws InvalidJson
 */
export function readEntry(value: unknown, what: string, { connectPath }: Dialect): Endpoint {
  const id = checkText(value, what, longestEntry);
  const [, network, rest] = /^(tcp[46]?|http|unix)@([\x21-\x2b\x2d-\x7e]+)$/.exec(id) ?? [];
  if (network === undefined || rest === undefined) throw wrong(what, id, forms);
  const via = network === "unix" ? "unix@" : rest.startsWith(":") ? "tcp@[::]" : "tcp@";
  try {
    const address = parseAddress(via + rest).text;
    return { id, address, protocol: "classic", ...(network === "http" && { path: connectPath }) };
  } catch (error) {
    throw new InvalidJson(wrong(what, id, forms).message, { cause: error });
  }
}

/** The entry by which classic clients reach an endpoint; undefined where they cannot. */
export function formatEntry({ address, protocol = "mux", path }: Endpoint): string | undefined {
  // Whoever speaks mux/1 detects the classic protocol on the same port.
  if (protocol !== "mux" && protocol !== "classic") return undefined;
  // A comma would end the entry; what is not ASCII does not go into a header.
  const [, scheme, rest] = /^(tcp|unix)(?::\/\/|@)([\x21-\x2b\x2d-\x7e]+)$/.exec(address) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  return `${scheme === "tcp" && path !== undefined ? "http" : scheme}@${rest}`;
}

/**
 * An endpoint as whoever reached its registry at a host reaches it: an unspecified host, `[::]` or `0.0.0.0`, is the
 * registry's own.
 * @param host - with brackets where it is an IPv6 address
 */
export function reachedFrom(endpoint: Endpoint, host: string): Endpoint {
  const port = /^tcp:\/\/\[?[0:.]+\]?:(\d+)$/.exec(endpoint.address)?.[1];
  return port === undefined ? endpoint : { ...endpoint, address: `tcp://${host}:${port}` };
}
