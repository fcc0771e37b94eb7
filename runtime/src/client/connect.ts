import type { Resolver } from "../registry/resolver.ts";
import type { ThreadPort } from "../transport/thread-port.ts";
import type { Channel } from "./channel.ts";
import type { ConnectOptions } from "./channel-options.ts";
import type { open } from "./open.ts";

/** What opens channels, where something else has loaded it. */
let loaded: { readonly open: typeof open } | undefined;

/** Has {@link connect} load nothing: an import of what is there took 0.4 ms of a program's start (Node 24). */
export function connectWith(opening: { readonly open: typeof open }): void {
  loaded = opening;
}

/**
 * Connects to an address (`tcp://host:port`, `tls://host:port`, `unix:///path`, `memory:name`), to whatever a resolver finds, or
 * to the server that listens in another thread at the other end of a `Worker`, of `parentPort`, or of a port of a
 * `MessageChannel`. Resolves when a first call could go out, or at once where it is lazy.
 * @throws RpcError UNAVAILABLE (the promise rejects) when there is no connection within the connect timeout
 * @throws TypeError or RangeError for an address or an option that cannot be meant
 */
export async function connect(
  target: string | Resolver | ThreadPort,
  options: ConnectOptions = {},
): Promise<Channel> {
  // A program that is bundled begins with its messages alone: all that a channel is made of comes with the first one.
  const { open } = loaded ?? (await import("./open.ts"));
  return open(target, options);
}
