import { classicTtl } from "../classic/entry.ts";

/** Every bound of a registry, in one place. Options of the same names set them. */
export interface RegistryLimits {
  /** Names at once. */
  readonly maxNames: number;
  /** Endpoints at once, of all names together. */
  readonly maxEndpoints: number;
  /** Bytes of all registrations together, as JSON. */
  readonly maxTableBytes: number;
  /** Watches at once. */
  readonly maxWatchers: number;
  /** Connections at once, watches included. */
  readonly maxConnections: number;
  /** Bytes of one registration. */
  readonly maxBodyBytes: number;
  /** Bytes of a request's line and headers. */
  readonly maxHeaderBytes: number;
  /** Bytes beside its snapshot that a watcher may leave unread; found with the next keepalive. */
  readonly maxUnsentBytes: number;
  /** Shortest time to live that a server may ask for, in ms. */
  readonly minTtl: number;
  /** Longest time to live that a server may ask for, in ms. */
  readonly maxTtl: number;
  /** How long a server of a classic framework, which cannot say it, lives without a heartbeat, in ms. */
  readonly classicTtl: number;
  /** For a request to arrive whole, in ms. */
  readonly requestTimeout: number;
  /** How often a watch with nothing to say shows that it is alive, in ms. */
  readonly keepalive: number;
  /** How long a connection may take nothing and send nothing, in ms; above `keepalive`. */
  readonly idleTimeout: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** What holds where an option is left out. */
export const registryLimits: RegistryLimits = {
  maxNames: 1_000,
  maxEndpoints: 10_000,
  maxTableBytes: 8 * MiB,
  maxWatchers: 10_000,
  maxConnections: 20_000,
  maxBodyBytes: 16 * KiB,
  maxHeaderBytes: 16 * KiB,
  maxUnsentBytes: MiB,
  minTtl: 1_000,
  maxTtl: 3_600_000,
  classicTtl,
  requestTimeout: 10_000,
  keepalive: 5_000,
  idleTimeout: 30_000,
};

/**
 * The defaults with the given ones put over them.
 * @throws RangeError that names the limit and its value
 */
export function resolveRegistryLimits(given: Partial<RegistryLimits>): RegistryLimits {
  const limits = { ...registryLimits };
  for (const name of Object.keys(registryLimits) as (keyof RegistryLimits)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 1 || value > 0x7fff_ffff) {
      throw new RangeError(`${name} is ${value}: it takes an integer from 1 to ${0x7fff_ffff}`);
    }
    limits[name] = value;
  }
  ordered(limits, "minTtl", "maxTtl");
  ordered(limits, "keepalive", "idleTimeout");
  return limits;
}

function ordered(limits: RegistryLimits, less: keyof RegistryLimits, more: keyof RegistryLimits): void {
  if (limits[less] <= limits[more]) return;
  throw new RangeError(`${less} is ${limits[less]}, above ${more}, which is ${limits[more]}`);
}
