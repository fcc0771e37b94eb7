/** Every bound of a connection, in one place. Options of the same names set them, on servers and on channels. */
export interface Limits {
  /** Largest message that this side accepts, in bytes, from 1 MiB. @defaultValue 4 MiB */
  readonly maxMessageBytes: number;
  /** Largest metadata of one call, or trailers of one answer, in bytes, from 16 KiB to 8 MiB; a frame must hold it. @defaultValue 16 KiB */
  readonly maxMetadataBytes: number;
  /** Largest frame that this side accepts, in bytes; larger messages come in several; from 64 KiB, below 16 MiB. @defaultValue 128 KiB */
  readonly maxFrameBytes: number;
  /** Calls at once per connection. A client queues as many more. From 64 to 1,000,000. @defaultValue 10,000 */
  readonly maxConcurrentCalls: number;
  /** Bytes of unfinished messages that one connection may hold, from 1 MiB; at least `maxMessageBytes`. @defaultValue 16 MiB */
  readonly maxReassemblyBytes: number;
  /** Bytes written and not yet taken by the peer, at which a side stops making more; from 64 KiB. @defaultValue 1 MiB of a server, 16 MiB of a channel */
  readonly maxUnsentBytes: number;
  /** Bytes of one stream that the peer may send before any is read, from 64 KiB. @defaultValue 256 KiB */
  readonly streamCreditBytes: number;
  /** What that grows to where the reader keeps up, in bytes; at least as much. @defaultValue 4 MiB */
  readonly maxStreamCreditBytes: number;
  /** Bytes of all streams of a connection that the peer may send before any is read, from 64 KiB. @defaultValue 16 MiB */
  readonly connectionCreditBytes: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const sharedLimits = {
  maxMessageBytes: 4 * MiB,
  maxMetadataBytes: 16 * KiB,
  maxFrameBytes: 128 * KiB,
  maxConcurrentCalls: 10_000,
  maxReassemblyBytes: 16 * MiB,
  streamCreditBytes: 256 * KiB,
  maxStreamCreditBytes: 4 * MiB,
  connectionCreditBytes: 16 * MiB,
};

/** A server stops reading a connection above `maxUnsentBytes`. */
export const serverLimits: Limits = { ...sharedLimits, maxUnsentBytes: MiB };

/** A channel's further calls wait, under their deadlines, above `maxUnsentBytes`. */
export const channelLimits: Limits = { ...sharedLimits, maxUnsentBytes: 16 * MiB };

/** What a channel may send before it knows the server's limits; no server sets its own below. */
export const minimumLimits: Limits = {
  maxMessageBytes: MiB,
  maxMetadataBytes: 16 * KiB,
  maxFrameBytes: 64 * KiB,
  maxConcurrentCalls: 64,
  maxReassemblyBytes: MiB,
  maxUnsentBytes: 64 * KiB,
  streamCreditBytes: 64 * KiB,
  maxStreamCreditBytes: 64 * KiB,
  connectionCreditBytes: 64 * KiB,
};

/** What the layout of a frame can carry. */
export const maximumLimits: Limits = {
  maxMessageBytes: 0x7fff_ffff,
  maxMetadataBytes: 8 * MiB,
  maxFrameBytes: 0xff_ffff,
  maxConcurrentCalls: 1_000_000,
  maxReassemblyBytes: 0x7fff_ffff,
  maxUnsentBytes: 0x7fff_ffff,
  streamCreditBytes: 0x7fff_ffff,
  maxStreamCreditBytes: 0x7fff_ffff,
  connectionCreditBytes: 0x7fff_ffff,
};

/** Bytes of a handshake's line. */
export const maxHandshakeBytes = 4 * KiB;
/** How long a half-closed connection waits for the peer's end, in ms. */
export const lingerTime = 1_000;
/** Bytes of a method's path on the wire. */
export const maxMethodPathBytes = 1 * KiB;
/** Bytes of a request before its body and beside its metadata: all of that lies in its first frame. */
export const maxRequestHeadBytes = 2 * KiB;
/** Method names that one connection remembers. */
export const maxMethodNames = 1024;

/**
 * The defaults with the given ones put over them.
 * @throws RangeError that names the limit, its value and its range
 */
export function resolveLimits(defaults: Limits, given: Partial<Limits>): Limits {
  const limits = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Limits)[]) {
    const value = given[name];
    if (value === undefined) continue;
    const low = minimumLimits[name];
    const high = maximumLimits[name];
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`${name} is ${value}: it takes an integer from ${low} to ${high}`);
    }
    limits[name] = value;
  }
  const room = limits.maxFrameBytes - maxRequestHeadBytes;
  if (limits.maxMetadataBytes > room) {
    const { maxMetadataBytes, maxFrameBytes } = limits;
    throw new RangeError(
      `maxMetadataBytes is ${maxMetadataBytes}: a frame must hold it, so it takes at most ${room} where maxFrameBytes is ${maxFrameBytes}`,
    );
  }
  // A message that fits the one limit must fit the other, or it could never arrive.
  limits.maxReassemblyBytes = Math.max(limits.maxReassemblyBytes, limits.maxMessageBytes);
  limits.maxStreamCreditBytes = Math.max(limits.maxStreamCreditBytes, limits.streamCreditBytes);
  return limits;
}

/**
 * Checks a time in ms that a user gave.
 * @throws RangeError for zero, a negative number and NaN
 */
export function checkTime(name: string, ms: number): number {
  if (typeof ms === "number" && ms > 0) return ms;
  throw new RangeError(`${name} is ${String(ms)}: it takes milliseconds above 0, or Infinity for none`);
}

/**
 * Checks a number that a user gave of something.
 * @throws RangeError for what is no integer from 1 to the most
 */
export function checkCount(name: string, value: number, most = Infinity): number {
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  const range = most === Infinity ? "above 0" : `from 1 to ${most}`;
  throw new RangeError(`${name} is ${String(value)}: it takes an integer ${range}`);
}

/** When a peer that is silent while calls are in flight is asked, and given up, in ms; Infinity for never. */
export interface KeepaliveTimes {
  /** Silence after which the peer is asked for a sign of life. @defaultValue 5 s */
  readonly keepaliveInterval: number;
  /** How long it may take to give one; then the connection counts as lost. @defaultValue 5 s */
  readonly keepaliveTimeout: number;
}

/**
 * The times given, or the defaults.
 * @throws RangeError for zero, a negative number and NaN
 */
export function keepaliveTimes({
  keepaliveInterval = 5_000,
  keepaliveTimeout = 5_000,
}: Partial<KeepaliveTimes>): KeepaliveTimes {
  return {
    keepaliveInterval: checkTime("keepaliveInterval", keepaliveInterval),
    keepaliveTimeout: checkTime("keepaliveTimeout", keepaliveTimeout),
  };
}
