import { silentLogger, type Logger } from "../logger.ts";
import { checkBases, clientNumbers, resolveNumbers, validEndpoint, validName } from "./client-options.ts";
import { longestTtl } from "./endpoint.ts";
import { HttpLease, type LeaseOptions } from "./http-lease.ts";
import { HttpError } from "./http-request.ts";
import { HttpResolver } from "./http-watch.ts";
import type { Lease, Registration, Registry } from "./resolver.ts";

export interface HttpRegistryOptions {
  /**
   * Where the registry is: `http://10.0.0.2:9999`. Given several, which know nothing of each other, servers register
   * with each of them and callers watch the first that answers.
   */
  readonly url: string | readonly string[];
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
  const urls = typeof options.url === "string" ? [options.url] : options.url;
  const bases = checkBases("url", urls, ["http:"]);
  const { logger = silentLogger, random = Math.random } = options;
  const { ttl, ...bounds } = resolveNumbers(numbers, options);
  const { requestTimeout } = bounds;
  return {
    register: (registration) => register(bases, registration, ttl, { requestTimeout, logger, random }),
    resolve: (name) => new HttpResolver(bases, validName(name), { ...bounds, logger, random }),
  };
}

/** What each number may be. */
const numbers = {
  ttl: { default: 10_000, least: 1, most: longestTtl },
  ...clientNumbers,
};

/** Registers with each; holds as soon as one has it. @throws HttpError when one refuses for good */
async function register(
  bases: readonly string[],
  { name, endpoint }: Registration,
  ttl: number,
  options: LeaseOptions,
): Promise<Lease> {
  const registered = { endpoint: validEndpoint(endpoint), ttl };
  const leases = bases.map((base) => new HttpLease(base, validName(name), registered, options));
  const attempts = leases.map((lease) => lease.start());
  try {
    await Promise.any(attempts);
  } catch (error) {
    const refused = (error as AggregateError).errors.find(
      (each) => each instanceof HttpError && each.final,
    ) as Error | undefined;
    if (refused !== undefined) {
      for (const lease of leases) lease.stop();
      throw refused;
    }
  }
  return {
    withdraw: async () => {
      await Promise.all(leases.map((lease) => lease.withdraw()));
    },
  };
}
