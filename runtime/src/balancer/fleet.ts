import type { CallOptions } from "../call-options.ts";
import type { Channel } from "../client/channel.ts";
import type { Endpoint } from "../registry/resolver.ts";
import type { AnyMethod } from "../schema/service.ts";

/** The endpoints behind a channel, for who calls several of them at once. */
export interface Fleet {
  /** For messages. */
  readonly target: string;
  /** In ms; `Infinity` for none. */
  readonly defaultTimeout: number;
  /**
   * All that the registry knows, as soon as it has answered once.
   * @throws RpcError UNAVAILABLE (the promise rejects) where there is none, or the channel is closed
   */
  known(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]>;
  /**
   * Those that take calls, as soon as there is one.
   * @throws RpcError UNAVAILABLE (the promise rejects) where none can be reached, or the channel is closed
   */
  takingCalls(method: AnyMethod, options: CallOptions): Promise<readonly Endpoint[]>;
  /** Whether the registry still knows an endpoint. */
  knows(id: string): boolean;
}

const fleets = new WeakMap<Channel, Fleet>();

/** Remembers what is behind a channel. */
export function setFleet(channel: Channel, fleet: Fleet): void {
  fleets.set(channel, fleet);
}

/** What is behind a channel; undefined where it is not one to a resolver. */
export function fleetOf(channel: Channel): Fleet | undefined {
  return fleets.get(channel);
}
