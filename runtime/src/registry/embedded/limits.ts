import { classicTtl } from "../classic/entry.ts";

/** Every bound of a registry, in one place. Options of the same names set them. */
export interface RegistryLimits {
  /** Names at once. @defaultValue 1,000 */
  readonly maxNames: number;
  /** Endpoints at once, of all names together. @defaultValue 10,000 */
  readonly maxEndpoints: number;
  /** Bytes of all registrations together, as JSON. @defaultValue 8 MiB */
  readonly maxTableBytes: number;
  /** Watches at once. @defaultValue 10,000 */
  readonly maxWatchers: number;
  /** Connections at once, watches included. @defaultValue 20,000 */
  readonly maxConnections: number;
  /** Bytes of one registration. @defaultValue 16 KiB */
  readonly maxBodyBytes: number;
  /** Bytes of a request's line and headers. @defaultValue 16 KiB */
  readonly maxHeaderBytes: number;
  /** Bytes beside its snapshot that a watcher may leave unread; found with the next keepalive. @defaultValue 1 MiB */
  readonly maxUnsentBytes: number;
  /** Shortest time to live that a server may ask for, in ms. @defaultValue 1 s */
  readonly minTtl: number;
  /** Longest time to live that a server may ask for, in ms. @defaultValue 1 h */
  readonly maxTtl: number;
  /** How long a server of a classic framework, which cannot say it, lives without a heartbeat, in ms. @defaultValue 5 min */
  readonly classicTtl: number;
  /** For a request to arrive whole, in ms. @defaultValue 10 s */
  readonly requestTimeout: number;
  /** How often a watch with nothing to say shows that it is alive, in ms. @defaultValue 5 s */
  readonly keepalive: number;
  /** How long a connection may take nothing and send nothing, in ms; above `keepalive`. @defaultValue 30 s */
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
