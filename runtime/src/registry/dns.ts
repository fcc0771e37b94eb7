import { lookup as lookUpHost, resolveSrv } from "node:dns/promises";
import { backoff } from "../backoff.ts";
import { silentLogger, type Logger } from "../logger.ts";
import { sleep } from "../timer.ts";
import { hostAddress } from "../transport/address.ts";
import { clientNumbers, resolveNumbers } from "./client-options.ts";
import { checkEndpoint } from "./endpoint.ts";
import type { Endpoint, EndpointChange, Resolver } from "./resolver.ts";

/** A server as an SRV record names it. */
export interface DnsService {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Who is asked; DNS answers for what it does not find with an error. */
export interface DnsLookup {
  /** IPv4 and IPv6 addresses. */
  addresses(host: string): Promise<readonly string[]>;
  services(name: string): Promise<readonly DnsService[]>;
}

export interface DnsResolverOptions {
  /** Between two look-ups, in ms, more or less a tenth of it; 30 s without it, from 1 to 86,400,000. */
  readonly interval?: number | undefined;
  /** Time limit of one look-up, in ms, from 1 to 600,000; 5 s without it. */
  readonly requestTimeout?: number | undefined;
  /** Endpoints that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Told once when the name does not resolve any more; silent without it. */
  readonly logger?: Logger | undefined;
  /** In [0, 1): spreads look-ups. `Math.random` without it. */
  readonly random?: (() => number) | undefined;
  /** The operating system's for addresses, its name servers for services, without it. */
  readonly lookup?: DnsLookup | undefined;
}

const numbers = {
  interval: { default: 30_000, least: 1, most: 86_400_000 },
  requestTimeout: clientNumbers.requestTimeout,
  maxEndpoints: clientNumbers.maxEndpoints,
};

const systemLookup: DnsLookup = {
  addresses: async (host) => (await lookUpHost(host, { all: true })).map(({ address }) => address),
  services: resolveSrv,
};

interface Target {
  readonly scheme: "tcp" | "tls";
  readonly host: string;
  /** Undefined where SRV records say it. */
  readonly port: number | undefined;
}

/**
 * A resolver of a name in DNS. With a port, `tcp://orders.internal:9000`, each of its addresses (A, AAAA) is an endpoint; without,
 * `tcp://_orders._tcp.shop.internal`, each server that its SRV records name with the best priority, with their weights.
 *
 * The last good answer is kept while DNS fails, or answers with nobody.
 * @throws TypeError for a name of the wrong form, RangeError for an option out of its range
 */
export function dnsResolver(name: string, options: DnsResolverOptions = {}): Resolver {
  const { logger = silentLogger, random = Math.random, lookup = systemLookup } = options;
  return new DnsResolver(parseTarget(name), {
    ...resolveNumbers(numbers, options),
    target: name,
    logger,
    random,
    lookup,
  });
}

interface Settings extends Record<keyof typeof numbers, number> {
  readonly target: string;
  readonly logger: Logger;
  readonly random: () => number;
  readonly lookup: DnsLookup;
}

class DnsResolver implements Resolver {
  readonly target: string;
  readonly #asked: Target;
  readonly #settings: Settings;
  #lastError: Error | undefined;

  constructor(asked: Target, settings: Settings) {
    this.target = settings.target;
    this.#asked = asked;
    this.#settings = settings;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  async *watch(signal: AbortSignal): AsyncIterable<EndpointChange> {
    const { interval, random } = this.#settings;
    let known = "";
    for (let failures = 0; !signal.aborted;) {
      const endpoints = await this.#attempt(signal, failures === 0);
      if (signal.aborted) return;
      failures = endpoints === undefined ? failures + 1 : 0;
      const found = JSON.stringify(endpoints);
      if (endpoints !== undefined && found !== known) {
        known = found;
        yield { kind: "snapshot", endpoints };
      }
      const wait = failures === 0 ? interval * (0.9 + 0.2 * random()) : backoff(failures, interval, random);
      await sleep(wait, signal);
    }
  }

  async #attempt(signal: AbortSignal, isFirst: boolean): Promise<readonly Endpoint[] | undefined> {
    const { requestTimeout, logger } = this.#settings;
    try {
      const endpoints = await inTime(this.#lookUp(), requestTimeout, signal);
      if (endpoints === undefined) throw new Error(`DNS did not answer within ${requestTimeout} ms`);
      this.#lastError = undefined;
      return endpoints;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#lastError = error as Error;
      // Once per outage, not once per attempt.
      if (isFirst) logger.warn(`${this.target} does not resolve; trying again`, { error });
      return undefined;
    }
  }

  async #lookUp(): Promise<readonly Endpoint[]> {
    const { lookup, maxEndpoints } = this.#settings;
    const { scheme, host, port } = this.#asked;
    const found =
      port === undefined
        ? ofServices(await lookup.services(host), scheme)
        : (await lookup.addresses(host)).map((each) => endpointOf(hostAddress(scheme, each, port)));
    if (found.length === 0) throw new Error(`DNS knows no server of ${this.target}`);
    if (found.length > maxEndpoints) {
      const reports = `DNS reports ${found.length} servers of ${this.target}`;
      throw new Error(`${reports}: at most ${maxEndpoints} are taken (option maxEndpoints)`);
    }
    // DNS turns its answers round: the same servers in another order are no news.
    const byId = new Map(found.map((endpoint) => [endpoint.id, endpoint]));
    return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }
}

function endpointOf(address: string, weight?: number): Endpoint {
  return checkEndpoint({ id: address, address, weight }, "the endpoint");
}

/** Those of the best priority. A target "." says that there is no such service. */
function ofServices(services: readonly DnsService[], scheme: Target["scheme"]): Endpoint[] {
  const offered = services.filter(({ name, port }) => name !== "" && name !== "." && port > 0);
  const best = offered.reduce((least, { priority }) => Math.min(least, priority), Infinity);
  const chosen = offered.filter(({ priority }) => priority === best);
  const areWeighted = chosen.some(({ weight }) => weight > 0);
  return chosen.map(({ name, port, weight }) =>
    // What has no weight beside others that have one is to get very little.
    endpointOf(hostAddress(scheme, name, port), areWeighted ? Math.max(weight, 0.1) : undefined),
  );
}

/** What the promise resolves to; undefined when the time is over or the signal fires first. */
async function inTime<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  const waiting = new AbortController();
  const end = (): void => waiting.abort();
  signal.addEventListener("abort", end);
  try {
    return await Promise.race([promise, sleep(ms, waiting.signal).then(() => undefined)]);
  } finally {
    signal.removeEventListener("abort", end);
    waiting.abort();
    promise.catch(() => {});
  }
}

function parseTarget(text: string): Target {
  const match = /^(tcp|tls):\/\/([^:/@\s[\]]{1,253})(?::(\d{1,5}))?$/.exec(text);
  const [, scheme, host = "", port] = match ?? [];
  const isUsable = port === undefined ? host.startsWith("_") : Number(port) >= 1 && Number(port) <= 65_535;
  if (match !== null && isUsable)
    return { scheme: scheme as Target["scheme"], host, port: port === undefined ? undefined : Number(port) };
  throw new TypeError(
    `dnsResolver does not take ${JSON.stringify(text)}: write tcp://host:port, or tcp://_service._tcp.domain for SRV records`,
  );
}
