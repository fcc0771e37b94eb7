import { silentLogger, type Logger } from "../../logger.ts";
import { checkNames, type OptionNames } from "../../option-names.ts";
import { contextFor } from "../../transport/tls-client.ts";
import type { ClientTlsOptions } from "../../transport/tls-options.ts";
import { checkText } from "../check.ts";
import {
  asTypeError,
  checkBases,
  clientNumbers,
  resolveNumbers,
  validEndpoint,
  validName,
} from "../client-options.ts";
import { longestTtl } from "../endpoint.ts";
import { HttpError } from "../http-request.ts";
import type { Lease, Registration, Registry } from "../resolver.ts";
import { EtcdError } from "./etcd-error.ts";
import { EtcdLease } from "./etcd-lease.ts";
import { EtcdResolver } from "./etcd-watch.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { Keys } from "./keys.ts";

/** Where an etcd cluster is, and how it is asked. */
export interface EtcdRegistryOptions {
  /** The members of one etcd cluster, version 3.4 or newer: `["http://10.0.0.2:2379"]`. */
  readonly hosts: string | readonly string[];
  /**
   * What every key begins with, from 1 to 256 characters; `/gorpc/` without it. The endpoint `a` of `orders` stands at
   * `/gorpc/orders/a`.
   */
  readonly prefix?: string | undefined;
  /**
   * How long a registration outlives its server's last sign of life, in ms; renewed at a third of it. 10 s without it, from
   * 1,000 to 86,400,000; etcd counts whole seconds, and raises what is too short for it, with its defaults to 2 s.
   */
  readonly ttl?: number | undefined;
  /** The user that etcd knows, together with `password`. */
  readonly username?: string | undefined;
  /** The user's password; neither is given without the other. */
  readonly password?: string | undefined;
  /**
   * For hosts that begin with `https://`. A function is asked at each request, so that what it returns can be renewed. A
   * certificate's common name is no user to etcd's JSON gateway: where etcd has users, give `username` and `password`.
   */
  readonly tls?: ClientTlsOptions | (() => ClientTlsOptions) | undefined;
  /**
   * Time limit of one request, in ms, from 1 to 600,000; 5 s without it. A watch that has been silent for so long is checked by
   * such a request, and begun again at the next member where that is not answered.
   */
  readonly requestTimeout?: number | undefined;
  /** Endpoints of one name that a caller takes; 10,000 without it. */
  readonly maxEndpoints?: number | undefined;
  /** Bytes of one answer about a name; 16 MiB without it, from 1,024 to 1 GiB. */
  readonly maxSnapshotBytes?: number | undefined;
  /** Told once when etcd goes away and once when it is back, and of keys that hold no endpoint; silent without it. */
  readonly logger?: Logger | undefined;
  /** In [0, 1): spreads renewals, retries, and callers over the members. `Math.random` without it. */
  readonly random?: (() => number) | undefined;
}

/** What each number may be. */
const numbers = {
  ttl: { default: 10_000, least: 1_000, most: longestTtl },
  ...clientNumbers,
};

const names: OptionNames<EtcdRegistryOptions> = {
  ...numbers,
  hosts: true,
  prefix: true,
  username: true,
  password: true,
  tls: true,
  logger: true,
  random: true,
};

/**
 * A registry in etcd, for servers to register with and for callers to resolve names.
 *
 * etcd's outage does no harm: callers go on with what they know, and servers register again as soon as it is back, also where
 * it has lost its data. For the same reason `register` waits for etcd's first answer, but not for an etcd that is away: the
 * registration goes on in the background then, and the logger is told.
 *
 * @throws TypeError, RangeError for an option of the wrong form
 */
export function etcdRegistry(options: EtcdRegistryOptions): Registry {
  checkNames("etcdRegistry()", names, options);
  const hosts = checkBases("hosts", typeof options.hosts === "string" ? [options.hosts] : options.hosts, [
    "http:",
    "https:",
  ]);
  const prefix = asTypeError(() => checkText(options.prefix ?? "/gorpc/", "prefix", 256));
  const { logger = silentLogger, random = Math.random } = options;
  const { ttl, ...bounds } = resolveNumbers(numbers, options);
  const { requestTimeout } = bounds;
  const gateway = new Gateway({
    tls: checkTls(options.tls, hosts),
    user: checkUser(options),
    requestTimeout,
  });
  return {
    register: async ({ name, endpoint }: Registration) => {
      const keys = new Keys(prefix, validName(name));
      const registered = { endpoint: validEndpoint(endpoint), ttl };
      return begin(new EtcdLease(gateway, hosts, keys, registered, { requestTimeout, logger, random }));
    },
    resolve: (name) => {
      const keys = new Keys(prefix, validName(name));
      const target = `${name} (${hosts.join(" or ")})`;
      return new EtcdResolver(target, gateway, hosts, keys, { ...bounds, ttl, logger, random });
    },
  };
}

/** @throws EtcdError or HttpError when the registration is refused for good */
async function begin(lease: EtcdLease): Promise<Lease> {
  try {
    await lease.start();
  } catch (error) {
    if ((error instanceof EtcdError || error instanceof HttpError) && error.final) {
      lease.stop();
      throw error;
    }
  }
  return lease;
}

function checkUser({ username, password }: EtcdRegistryOptions): GatewayOptions["user"] {
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { name: username, password };
  throw new TypeError("username and password are given together, or none of them");
}

function checkTls(tls: EtcdRegistryOptions["tls"], hosts: readonly string[]): GatewayOptions["tls"] {
  if (tls === undefined) return undefined;
  const open = hosts.find((host) => !host.startsWith("https:"));
  // What is meant to be safe does not go out in the clear.
  if (open !== undefined) throw new TypeError(`tls is given, and ${open} does not begin with https://`);
  if (typeof tls === "function") return tls;
  contextFor(tls);
  return () => tls;
}
