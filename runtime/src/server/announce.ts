import type { Lease, Registry } from "../registry/resolver.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { parseAddress } from "../transport/address.ts";

/** What a server says of itself to a registry. */
export interface AnnounceOptions {
  /** What callers resolve. */
  readonly name: string;
  /** Its share relative to others, above zero. @defaultValue 1 */
  readonly weight?: number;
  /** Where it stands, as `zoneAware` compares it: `eu-west-1a`. */
  readonly zone?: string;
  /**
   * Whatever callers may want to know beside this: `EndpointChange`s carry it, and `Candidate.endpoint` does.
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where callers reach it; needed where it listens on every interface or on several addresses. @defaultValue the bound address */
  readonly address?: string;
  /** Unique among the servers of the name that are alive. @defaultValue the address */
  readonly id?: string;
}

const names: OptionNames<AnnounceOptions> = {
  name: true,
  weight: true,
  zone: true,
  metadata: true,
  address: true,
  id: true,
};

/**
 * Registers a server.
 * @param bound - the addresses that it listens on
 * @param services - full names of what it serves
 * @throws Error where it is not clear at which address callers reach it
 */
export async function announce(
  registry: Registry,
  options: AnnounceOptions,
  bound: readonly string[],
  services: readonly string[],
): Promise<Lease> {
  checkNames("server.announce()", names, options);
  const { name, id, weight, zone, metadata } = options;
  const address = options.address === undefined ? reachable(bound) : parseAddress(options.address).text;
  return registry.register({
    name,
    endpoint: { id: id ?? address, address, services, weight, zone, metadata },
  });
}

function reachable(bound: readonly string[]): string {
  const [address] = bound;
  if (address === undefined)
    throw new Error("the server is not listening yet: call listen() before announce()");
  if (bound.length > 1) {
    throw new Error(
      `the server listens on ${bound.join(", ")}: say with the option address which one callers use`,
    );
  }
  const parsed = parseAddress(address);
  if ("host" in parsed && isUnspecified(parsed.host)) {
    throw new Error(
      `the server listens on every interface (${address}), which is no address that callers can use: ` +
        `say with the option address how they reach it, such as ${parsed.scheme}://10.0.0.7:${parsed.port}`,
    );
  }
  return address;
}

/** 0.0.0.0 and :: in all their spellings. */
function isUnspecified(host: string): boolean {
  return /^[0:.]+$/.test(host);
}
