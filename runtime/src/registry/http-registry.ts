import { silentLogger, type Logger } from "../logger.ts";
import { checkNames } from "../option-names.ts";
import { checkBases, clientNumbers, resolveNumbers, validEndpoint, validName } from "./client-options.ts";
import { formatRegistered, longestTtl, type Registered } from "./endpoint.ts";
import { HttpLease, type LeaseRequests, startLeases } from "./http-lease.ts";
import { HttpResolver } from "./http-watch.ts";
import { endpointPath } from "./protocol.ts";
import type { Registry } from "./resolver.ts";
import { checkToken } from "./token.ts";

/** Where a registry is, and how it is asked. */
export interface HttpRegistryOptions {
  /**
   * Where the registry is: `http://10.0.0.2:9999`. Given several, which know nothing of each other, servers register
   * with each of them and callers watch the first that answers.
   */
  readonly url: string | readonly string[];
  /** What the registries ask for, where they were given one; it goes out in the clear, as everything does over HTTP. */
  readonly token?: string | undefined;
  /**
   * How long a registration outlives its server's last sign of life, in ms; renewed at a third of it. 10 s without it,
   * from 1 to 86,400,000; a registry may have narrower bounds.
   */
  readonly ttl?: number | undefined;
  /** Time limit of one request to a registry, in ms, from 1 to 600,000; 5 s without it. */
  readonly requestTimeout?: number | undefined;
  /** Endpoints of one name that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Bytes of one answer about a name; 16 MiB without it, from 1,024 to 1 GiB. */
  readonly maxSnapshotBytes?: number | undefined;
  /** Told once when a registry goes away and once when it is back; silent without it. */
  readonly logger?: Logger | undefined;
  /** In [0, 1): spreads renewals and retries. `Math.random` without it. */
  readonly random?: (() => number) | undefined;
}

/**
 * The client of a {@link RegistryServer}, for servers to register with and for callers to resolve names.
 *
 * A registry's outage does no harm: callers go on with what they know, and servers register again as soon as it is back.
 * For the same reason `register` waits for a registry's first answer, but not for a registry that is away: the
 * registration goes on in the background then, and the logger is told.
 *
 * @throws TypeError, RangeError for an option of the wrong form
 */
export function httpRegistry(options: HttpRegistryOptions): Registry {
  checkNames("httpRegistry()", { ...numbers, url: true, token: true, logger: true, random: true }, options);
  const urls = typeof options.url === "string" ? [options.url] : options.url;
  const bases = checkBases("url", urls, ["http:"]);
  const { logger = silentLogger, random = Math.random } = options;
  const { ttl, ...bounds } = resolveNumbers(numbers, options);
  const { requestTimeout } = bounds;
  const token = checkToken(options.token);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    register: async ({ name, endpoint }) => {
      const asked = requestsFor(validName(name), { endpoint: validEndpoint(endpoint), ttl }, headers);
      const bounds = { requestTimeout, logger, random };
      return startLeases(bases.map((base) => new HttpLease(asked(base), ttl / 3, bounds)));
    },
    resolve: (name) => new HttpResolver(bases, validName(name), { ...bounds, headers, logger, random }),
  };
}

/** What each number may be. */
const numbers = {
  ttl: { default: 10_000, least: 1, most: longestTtl },
  ...clientNumbers,
};

function requestsFor(
  name: string,
  registered: Registered,
  headers: Readonly<Record<string, string>>,
): (base: string) => LeaseRequests {
  const path = endpointPath(name, registered.endpoint.id);
  const body = formatRegistered(registered);
  return (base) => {
    const url = new URL(base + path);
    return { register: { method: "PUT", url, body, headers }, withdraw: { method: "DELETE", url, headers } };
  };
}
