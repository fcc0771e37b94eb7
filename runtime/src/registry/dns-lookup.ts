import { lookup as lookUpHost, Resolver } from "node:dns/promises";
import { within } from "./follow.ts";

/** An address of a host. */
export interface DnsAddress {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  /** How long it may be relied on, in s; undefined where that is not known. */
  readonly ttl?: number | undefined;
}

/** A server as an SRV record names it. */
export interface DnsService {
  /** The host, whose addresses are asked for next. */
  readonly name: string;
  /** Where it listens there. */
  readonly port: number;
  /** Of several, those with the lowest count. */
  readonly priority: number;
  /** Its share among those of the same priority; 0 where it is to have hardly any. */
  readonly weight: number;
}

/** Who is asked; DNS answers for what it does not find with an error. */
export interface DnsLookup {
  /** IPv4 and IPv6 addresses. */
  addresses(host: string): Promise<readonly DnsAddress[]>;
  /** SRV records of a name such as `_orders._tcp.shop.internal`. */
  services(name: string): Promise<readonly DnsService[]>;
}

/** What name servers say is waited for so long after the system has answered, in ms: it is asked for at the same time. */
const patience = 200;

/** A look-up of one watch's own. */
export interface OwnLookup {
  readonly lookup: DnsLookup;
  /** Gives up what has been asked. */
  readonly close: () => void;
}

export interface NameServerOptions {
  /** Addresses of name servers; the system's without it. */
  readonly servers: readonly string[] | undefined;
  /** For one look-up, in ms. */
  readonly timeLimit: number;
}

/**
 * Asks name servers, which say how long an answer holds.
 * @throws TypeError for what is no address of a name server
 */
export function nameServers({ servers, timeLimit }: NameServerOptions): OwnLookup {
  // Each server is asked twice, and longer at the second time: the first one's silence leaves time for others.
  const resolver = new Resolver({ timeout: Math.ceil(timeLimit / 4), tries: 2 });
  if (servers !== undefined) setServers(resolver, servers);
  const lookup: DnsLookup = {
    addresses: (host) => resolveHost(resolver, host),
    services: (name) => resolver.resolveSrv(name),
  };
  return { lookup, close: () => resolver.cancel() };
}

/**
 * Asks the operating system for addresses, which reads its hosts file and completes names, as it does where a connection is made; and its
 * name servers for services, and for how long the addresses hold.
 */
export function systemLookup(timeLimit: number): OwnLookup {
  const { lookup: asked, close } = nameServers({ servers: undefined, timeLimit });
  const pending = new Map<string, Promise<readonly DnsAddress[]>>();
  /** One at a time: each takes one of the few threads that the process has for files, and nothing ends it. */
  const askSystem = (host: string): Promise<readonly DnsAddress[]> => {
    let found = pending.get(host);
    if (found === undefined) {
      found = lookUpHost(host, { all: true }).finally(() => pending.delete(host));
      pending.set(host, found);
    }
    return found;
  };
  const lookup: DnsLookup = {
    services: (name) => asked.services(name),
    addresses: async (host) => {
      const held = asked.addresses(host).then(leastTtl, () => undefined);
      const found = await askSystem(host);
      const ttl = await within(held, patience);
      return found.map(({ address }) => ({ address, ttl }));
    },
  };
  return { lookup, close };
}

/** How long all of them may be relied on, in s. */
export function leastTtl(addresses: readonly DnsAddress[]): number | undefined {
  const known = addresses.flatMap(({ ttl }) => (ttl !== undefined && ttl >= 0 ? [ttl] : []));
  return known.length === 0 ? undefined : known.reduce((least, each) => Math.min(least, each));
}

function setServers(resolver: Resolver, servers: readonly string[]): void {
  if (servers.length === 0) throw new TypeError("servers is an empty list: it takes at least one address");
  try {
    resolver.setServers(servers);
  } catch (error) {
    throw new TypeError(`servers: ${(error as Error).message}`, { cause: error });
  }
}

/** Who has addresses of one kind only has them; an error is what both kinds end with. */
async function resolveHost(resolver: Resolver, host: string): Promise<DnsAddress[]> {
  const answers = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ]);
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const failures = answers.flatMap((answer) =>
    answer.status === "rejected" ? [answer.reason as unknown] : [],
  );
  if (found.length === 0 && failures.length > 0) throw failures[0];
  return found;
}
