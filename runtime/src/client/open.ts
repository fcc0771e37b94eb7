import type { Duplex } from "node:stream";
import type { BalancedChannel } from "../balancer/balanced-channel.ts";
import { setFleet } from "../balancer/fleet.ts";
import { now } from "../clock.ts";
import { RpcError } from "../errors.ts";
import { checkNames, listOf } from "../option-names.ts";
import type { Resolver } from "../registry/resolver.ts";
import { isThreadPort, type ThreadPort } from "../transport/thread-port.ts";
import { AddressChannel } from "./address-channel.ts";
import { addressChannel, tlsOf, type TlsSource } from "./address-target.ts";
import type { Channel } from "./channel.ts";
import type { ChannelOptions, ConnectOptions } from "./channel-options.ts";
import { ClientChannel } from "./client-channel.ts";
import { waitUntil } from "./deadline.ts";
import { layering } from "./retry/layers.ts";
import { connectOptions, type Settings, settingsOf } from "./settings.ts";

/** In ms: a dial that runs out of time says more than this wait could, so it comes first. */
const dialFirst = 50;

/** What `connect` does. */
export async function open(
  target: string | Resolver | ThreadPort,
  options: ConnectOptions,
): Promise<Channel> {
  checkNames("connect()", connectOptions, options);
  const interceptors = listOf("interceptors", options.interceptors);
  const settings = settingsOf(options);
  const layered = layering(options, settings.defaultTimeout);
  const tls = await tlsOf(options.tls);
  const channel = await channelTo(target, settings, options, tls);
  const wrapped = new ClientChannel(layered(channel), channel.target, interceptors, settings.defaultTimeout);
  if ("known" in channel) setFleet(wrapped, channel);
  if (options.lazy === true) return wrapped;
  try {
    const ready = "known" in channel ? channel.ready() : channel.connect();
    await within(settings.connectTimeout, options.signal, ready, channel);
    return wrapped;
  } catch (error) {
    await wrapped.close();
    throw error;
  }
}

/**
 * A channel over streams that the caller makes; it connects at its first call.
 * @throws TypeError or RangeError for an option that cannot be meant
 */
export function openChannel(
  target: string,
  dialStream: (signal: AbortSignal) => Promise<Duplex>,
  options: ChannelOptions,
): Channel {
  const interceptors = listOf("interceptors", options.interceptors);
  const settings = settingsOf(options);
  const layered = layering(options, settings.defaultTimeout);
  const channel = new AddressChannel({ ...settings, target, dial: dialStream });
  return new ClientChannel(layered(channel), target, interceptors, settings.defaultTimeout);
}

/** Balancers, and the way to another thread, load where they are used: most channels go to one address. */
async function channelTo(
  target: string | Resolver | ThreadPort,
  settings: Settings,
  options: ConnectOptions,
  tls: TlsSource,
): Promise<AddressChannel | BalancedChannel> {
  if (typeof target === "string") return addressChannel(target, settings, tls);
  if (isThreadPort(target)) {
    const { portChannel } = await import("./port-target.ts");
    return portChannel(target, settings, tls);
  }
  checkResolver(target);
  const { balancedChannel } = await import("./resolver-target.ts");
  return balancedChannel(target, settings, options, tls);
}

/** @throws TypeError for what is nothing that can be connected to, such as a URL */
function checkResolver(target: Resolver): void {
  if (typeof (target as Partial<Resolver> | undefined)?.watch === "function") return;
  const given = Object.prototype.toString.call(target);
  throw new TypeError(
    `connect() takes an address such as "tcp://127.0.0.1:9000", a resolver or the port of a thread, not ${given}`,
  );
}

/** What the dial's own timeout does not end: waiting for a resolver's first endpoint. */
function within(
  connectTimeout: number,
  signal: AbortSignal | undefined,
  ready: Promise<void>,
  channel: Pick<BalancedChannel, "target" | "waitingFor">,
): Promise<void> {
  return waitUntil(ready, now() + connectTimeout + dialFirst, [signal], () => {
    const message = `the connect timeout of ${connectTimeout} ms ran out (option connectTimeout) while ${channel.waitingFor()}`;
    return new RpcError("UNAVAILABLE", message, { prefix: channel.target, sent: "no" });
  });
}
