import { backoff } from "../backoff.ts";
import { silentLogger, type Logger } from "../logger.ts";
import { checkNames } from "../option-names.ts";
import { sleep } from "../timer.ts";
import { hostAddress } from "../transport/address.ts";
import { clientNumbers, resolveNumbers } from "./client-options.ts";
import {
  type DnsLookup,
  type DnsService,
  leastTtl,
  nameServers,
  type OwnLookup,
  systemLookup,
} from "./dns-lookup.ts";
import { checkEndpoint } from "./endpoint.ts";
import { within } from "./follow.ts";
import type { Endpoint, EndpointChange, Resolver } from "./resolver.ts";

/** How often DNS is asked, and who answers. */
export interface DnsResolverOptions {
  /** Between two look-ups, in ms, where DNS does not say how long its answer holds; 30 s without it. */
  readonly interval?: number | undefined;
  /** The least time between two look-ups, in ms, whatever DNS says; 5 s without it. */
  readonly minInterval?: number | undefined;
  /** The longest, in ms; 5 minutes without it. */
  readonly maxInterval?: number | undefined;
  /** Time limit of one look-up, in ms, from 1 to 600,000; 5 s without it. */
  readonly requestTimeout?: number | undefined;
  /** Endpoints that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Name servers to ask: `["10.0.0.53", "127.0.0.1:8600"]`. The operating system and its name servers without it. */
  readonly servers?: readonly string[] | undefined;
  /** Asked instead of them. */
  readonly lookup?: DnsLookup | undefined;
  /** Told once when the name does not resolve any more; silent without it. */
  readonly logger?: Logger | undefined;
  /** In [0, 1): spreads look-ups. `Math.random` without it. */
  readonly random?: (() => number) | undefined;
}

const anyTime = { least: 1, most: 86_400_000 };
const numbers = {
  interval: { default: 30_000, ...anyTime },
  minInterval: { default: 5_000, ...anyTime },
  maxInterval: { default: 300_000, ...anyTime },
  requestTimeout: clientNumbers.requestTimeout,
  maxEndpoints: clientNumbers.maxEndpoints,
};

/** Of the servers that SRV records name, so many are asked how long their addresses hold. */
const askedForTtl = 4;

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
 * The name is looked up again when the answer's time to live is over, up to a fifth later. Node does not tell that of SRV records: those of
 * the servers' addresses stand for it. The last good answer is kept while DNS fails, or answers with nobody.
 * @throws TypeError for a name or a server of the wrong form, RangeError for an option out of its range
 */
export function dnsResolver(name: string, options: DnsResolverOptions = {}): Resolver {
  checkNames(
    "dnsResolver()",
    { ...numbers, servers: true, lookup: true, logger: true, random: true },
    options,
  );
  const { logger = silentLogger, random = Math.random, servers } = options;
  const resolved = resolveNumbers(numbers, options);
  if (resolved.minInterval > resolved.maxInterval)
    throw new RangeError(`minInterval ${resolved.minInterval} is above maxInterval ${resolved.maxInterval}`);
  if (options.lookup !== undefined && servers !== undefined)
    throw new TypeError("lookup and servers are both given: lookup is asked instead of name servers");
  const timeLimit = resolved.requestTimeout;
  const open = (): OwnLookup => {
    if (options.lookup !== undefined) return { lookup: options.lookup, close() {} };
    return servers === undefined ? systemLookup(timeLimit) : nameServers({ servers, timeLimit });
  };
  // Says what is wrong with the servers now.
  open();
  return new DnsResolver(parseTarget(name), { ...resolved, target: name, logger, random, open });
}

interface Settings extends Record<keyof typeof numbers, number> {
  readonly target: string;
  readonly logger: Logger;
  readonly random: () => number;
  /** For one watch. */
  readonly open: () => OwnLookup;
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
    const { interval, open, random } = this.#settings;
    const { lookup, close } = open();
    // Also for whoever takes no further change: nobody would run what follows a yield then.
    signal.addEventListener("abort", close, { once: true });
    let known = "";
    for (let failures = 0; !signal.aborted;) {
      const answer = await this.#attempt(lookup, signal, failures === 0);
      if (signal.aborted) return;
      failures = answer === undefined ? failures + 1 : 0;
      const found = JSON.stringify(answer?.endpoints);
      if (answer !== undefined && found !== known) {
        known = found;
        yield { kind: "snapshot", endpoints: answer.endpoints };
      }
      await sleep(
        answer === undefined ? backoff(failures, interval, random) : await this.#pause(answer, signal),
        signal,
      );
    }
  }

  /** Until the next look-up, in ms. Later than the answer holds, never earlier: what is asked has an answer that is new. */
  async #pause(answer: Answer, signal: AbortSignal): Promise<number> {
    const { interval, minInterval, maxInterval, requestTimeout, random } = this.#settings;
    const ttl = await within(answer.ttl(), requestTimeout, signal);
    const wanted = ttl === undefined ? interval : Math.min(Math.max(ttl * 1_000, minInterval), maxInterval);
    return wanted * (1 + 0.2 * random());
  }

  async #attempt(lookup: DnsLookup, signal: AbortSignal, isFirst: boolean): Promise<Answer | undefined> {
    const { requestTimeout, logger } = this.#settings;
    try {
      const answer = await within(this.#lookUp(lookup), requestTimeout, signal);
      if (answer === undefined) throw new Error(`DNS did not answer within ${requestTimeout} ms`);
      this.#lastError = undefined;
      return answer;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#lastError = error as Error;
      // Once per outage, not once per attempt.
      if (isFirst) logger.warn(`${this.target} does not resolve; trying again`, { error });
      return undefined;
    }
  }

  async #lookUp(lookup: DnsLookup): Promise<Answer> {
    const { scheme, host, port } = this.#asked;
    if (port !== undefined) {
      const addresses = await lookup.addresses(host);
      this.#checkCount(addresses.length);
      const endpoints = addresses.map(({ address }) => endpointOf(hostAddress(scheme, address, port)));
      return { endpoints: inOrder(endpoints), ttl: async () => leastTtl(addresses) };
    }
    const services = bestOf(await lookup.services(host));
    this.#checkCount(services.length);
    return { endpoints: inOrder(ofServices(services, scheme)), ttl: () => ttlOf(services, lookup) };
  }

  #checkCount(count: number): void {
    const { maxEndpoints } = this.#settings;
    if (count === 0) throw new Error(`DNS knows no server of ${this.target}`);
    if (count <= maxEndpoints) return;
    const reports = `DNS reports ${count} servers of ${this.target}`;
    throw new Error(`${reports}: at most ${maxEndpoints} are taken (option maxEndpoints)`);
  }
}

interface Answer {
  readonly endpoints: readonly Endpoint[];
  /** How long they hold, in s. */
  readonly ttl: () => Promise<number | undefined>;
}

/** What the addresses of some of them say. */
async function ttlOf(services: readonly DnsService[], lookup: DnsLookup): Promise<number | undefined> {
  const hosts = [...new Set(services.map(({ name }) => name))].sort().slice(0, askedForTtl);
  const asked = hosts.map((host) => lookup.addresses(host).catch(() => []));
  return leastTtl((await Promise.all(asked)).flat());
}

/** DNS turns its answers round: the same servers in another order are no news. */
function inOrder(endpoints: readonly Endpoint[]): Endpoint[] {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function endpointOf(address: string, weight?: number): Endpoint {
  return checkEndpoint({ id: address, address, weight }, "the endpoint");
}

/** Those of the best priority. A target "." says that there is no such service. */
function bestOf(services: readonly DnsService[]): DnsService[] {
  const offered = services.filter(({ name, port }) => name !== "" && name !== "." && port > 0);
  const best = offered.reduce((least, { priority }) => Math.min(least, priority), Infinity);
  return offered.filter(({ priority }) => priority === best);
}

function ofServices(services: readonly DnsService[], scheme: Target["scheme"]): Endpoint[] {
  const areWeighted = services.some(({ weight }) => weight > 0);
  return services.map(({ name, port, weight }) =>
    // What has no weight beside others that have one is to get very little.
    endpointOf(hostAddress(scheme, name, port), areWeighted ? Math.max(weight, 0.1) : undefined),
  );
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
