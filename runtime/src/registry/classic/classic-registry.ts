import { silentLogger, type Logger } from "../../logger.ts";
import { checkNames } from "../../option-names.ts";
import { checkBases, clientNumbers, resolveNumbers, validEndpoint, validName } from "../client-options.ts";
import { longestTtl } from "../endpoint.ts";
import { HttpLease, startLeases } from "../http-lease.ts";
import type { Endpoint, Lease, Registry } from "../resolver.ts";
import { ClassicResolver, type Source } from "./classic-resolver.ts";
import { type Dialect, dialects } from "./dialect.ts";
import { classicTtl, formatEntry } from "./entry.ts";

/** Where a classic registry is, and how it is asked. */
export interface ClassicRegistryOptions {
  /**
   * Where the registry is: `http://10.0.0.2:9999/_gorpc_/registry`; an address without a path gets the dialect's own. Given
   * several, which know nothing of each other, servers register with each of them and callers read the first that answers.
   */
  readonly url: string | readonly string[];
  /** Which framework's it is; without it, that of the path, or `gorpc` where that says nothing. */
  readonly dialect?: Dialect["name"] | undefined;
  /**
   * How long the registry keeps a server that is silent, in ms; a server gives a sign of life every fifth of that. Five
   * minutes without it, as the frameworks have it; from 5 to 86,400,000.
   */
  readonly ttl?: number | undefined;
  /** Between two looks at the list, in ms, more or less a tenth of it; 10 s without it, from 1 to 86,400,000. */
  readonly interval?: number | undefined;
  /** Time limit of one request to a registry, in ms, from 1 to 600,000; 5 s without it. */
  readonly requestTimeout?: number | undefined;
  /** Endpoints that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Bytes of the headers that carry the list; 1 MiB without it, from 1,024 to 64 MiB. */
  readonly maxSnapshotBytes?: number | undefined;
  /** Told once when a registry goes away and once when it is back, and of entries that cannot be read; silent without it. */
  readonly logger?: Logger | undefined;
  /** In [0, 1): spreads heartbeats, looks and retries. `Math.random` without it. */
  readonly random?: (() => number) | undefined;
}

const numbers = {
  ttl: { default: classicTtl, least: 5, most: longestTtl },
  interval: { default: 10_000, least: 1, most: 86_400_000 },
  requestTimeout: clientNumbers.requestTimeout,
  maxEndpoints: clientNumbers.maxEndpoints,
  // More than Node takes by itself: 1,000 entries are 19 KiB.
  maxSnapshotBytes: { default: 1024 * 1024, least: 1024, most: 64 * 1024 * 1024 },
};

/**
 * The HTTP registry of the classic frameworks, for our servers to register with and for callers to find theirs.
 *
 * It knows no names: all that is registered is one list, whatever name is asked for. It knows no withdrawal either: a server
 * that has closed stays listed until its time to live is over, and is skipped meanwhile, since it cannot be reached. As with
 * every registry, its outage does no harm, nor does a list that is empty since it has just started again.
 *
 * @throws TypeError, RangeError for an option of the wrong form
 */
export function classicRegistry(options: ClassicRegistryOptions): Registry {
  checkNames(
    "classicRegistry()",
    { ...numbers, url: true, dialect: true, logger: true, random: true },
    options,
  );
  const urls = typeof options.url === "string" ? [options.url] : options.url;
  const sources = checkBases("url", urls, ["http:"]).map((base) => sourceOf(base, options.dialect));
  const { logger = silentLogger, random = Math.random } = options;
  const { ttl, ...bounds } = resolveNumbers(numbers, options);
  const { requestTimeout } = bounds;
  return {
    register: async ({ name, endpoint }): Promise<Lease> => {
      validName(name);
      const entry = entryOf(validEndpoint(endpoint));
      const leases = sources.map(({ url, dialect: { serverHeader } }) => {
        const register = { method: "POST", url, headers: { [serverHeader]: entry } } as const;
        return new HttpLease({ register }, ttl / 5, { requestTimeout, logger, random });
      });
      return startLeases(leases);
    },
    resolve: (name) => new ClassicResolver(sources, validName(name), { ...bounds, ttl, logger, random }),
  };
}

function sourceOf(base: string, wanted: Dialect["name"] | undefined): Source {
  const { pathname } = new URL(base);
  const [usual] = dialects;
  const dialect =
    wanted === undefined
      ? (dialects.find(({ name }) => pathname.includes(`_${name}_`)) ?? usual)
      : dialects.find(({ name }) => name === wanted);
  if (dialect === undefined) {
    const known = dialects.map(({ name }) => JSON.stringify(name)).join(" or ");
    throw new TypeError(`dialect is ${JSON.stringify(wanted)}: it takes ${known}`);
  }
  return { url: new URL(pathname === "/" ? base + dialect.path : base), dialect };
}

function entryOf(endpoint: Endpoint): string {
  const entry = formatEntry(endpoint);
  if (entry !== undefined) return entry;
  const { address, protocol = "mux" } = endpoint;
  throw new TypeError(
    `${address} with the protocol ${protocol} cannot be registered in a classic registry: its clients call tcp:// and unix:// addresses`,
  );
}
