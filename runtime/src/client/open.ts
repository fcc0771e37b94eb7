import type { Duplex } from "node:stream";
import { BalancedChannel } from "../balancer/balanced-channel.ts";
import { setFleet } from "../balancer/fleet.ts";
import { type OutlierEjectionOptions, type OutlierRules, outlierRules } from "../balancer/outlier-options.ts";
import { peakEwma } from "../balancer/peak-ewma.ts";
import { now } from "../clock.ts";
import { type Codec, findCodec } from "../codec/codec.ts";
import { compressionOf } from "../codec/compression.ts";
import { RpcError } from "../errors.ts";
import { channelLimits, checkCount, checkTime, keepaliveTimes, resolveLimits } from "../limits.ts";
import { silentLogger } from "../logger.ts";
import type { Endpoint, Resolver } from "../registry/resolver.ts";
import { type Address, parseAddress } from "../transport/address.ts";
import { contextFor } from "../transport/tls-client.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import { dial } from "../transport/transports.ts";
import { dialPort, isThreadPort, portName, type ThreadPort } from "../transport/worker.ts";
import { AddressChannel, type AddressChannelOptions } from "./address-channel.ts";
import type { Channel } from "./channel.ts";
import type { ChannelOptions, ConnectOptions } from "./channel-options.ts";
import { ClientChannel } from "./client-channel.ts";
import { waitUntil } from "./deadline.ts";
import { checkOptions, protocolOf } from "./protocols.ts";
import { layering } from "./retry/layers.ts";

/** In ms: a dial that runs out of time says more than this wait could, so it comes first. */
const dialFirst = 50;

/** What `connect` does. */
export async function open(
  target: string | Resolver | ThreadPort,
  options: ConnectOptions,
): Promise<Channel> {
  const settings = settingsOf(options);
  const layered = layering(options, settings.defaultTimeout);
  const tls = tlsOf(options.tls);
  const channel = channelTo(target, settings, options, tls);
  const wrapped = new ClientChannel(
    layered(channel),
    channel.target,
    options.interceptors ?? [],
    settings.defaultTimeout,
  );
  if (channel instanceof BalancedChannel) setFleet(wrapped, channel);
  if (options.lazy === true) return wrapped;
  try {
    const ready = channel instanceof AddressChannel ? channel.connect() : channel.ready();
    await within(settings.connectTimeout, options.signal, ready, channel);
    return wrapped;
  } catch (error) {
    await wrapped.close();
    throw error;
  }
}

/** A channel over streams that the caller makes; it connects at its first call. */
export function openChannel(
  target: string,
  dialStream: (signal: AbortSignal) => Promise<Duplex>,
  options: ChannelOptions,
): Channel {
  const settings = settingsOf(options);
  const layered = layering(options, settings.defaultTimeout);
  const channel = new AddressChannel({ ...settings, target, dial: dialStream });
  return new ClientChannel(layered(channel), target, options.interceptors ?? [], settings.defaultTimeout);
}

type Settings = Omit<AddressChannelOptions, "target" | "dial">;

function settingsOf(options: ConnectOptions): Settings {
  const protocol = protocolOf(options.protocol ?? "mux");
  checkOptions(protocol.name, options);
  return {
    codec: codecOf(protocol.name === "mux" ? options.codec : undefined),
    contentType: options.codec,
    path: options.path,
    compression: compressionOf(options.compression),
    protocol,
    limits: resolveLimits(channelLimits, options),
    ...keepaliveTimes(options),
    connectTimeout: checkTime("connectTimeout", options.connectTimeout ?? 10_000),
    handleTimeout: checkTime("handleTimeout", options.handleTimeout ?? Infinity),
    defaultTimeout: checkTime("timeout", options.timeout ?? 30_000),
    idleTimeout: checkTime("idleTimeout", options.idleTimeout ?? 10 * 60_000),
    maxConnections: checkCount("maxConnections", options.maxConnections ?? 1),
  };
}

function codecOf(contentType = "application/proto"): Codec {
  const codec = findCodec(contentType);
  if (codec !== undefined) return codec;
  throw new TypeError(`there is no codec ${JSON.stringify(contentType)}; registerCodec adds one`);
}

type TlsSource = (() => ClientTlsOptions) | undefined;

function tlsOf(given: ConnectOptions["tls"]): TlsSource {
  if (given === undefined || typeof given === "function") return given;
  // What will never work is refused before anybody waits for it.
  contextFor(given);
  return () => given;
}

function channelTo(
  target: string | Resolver | ThreadPort,
  settings: Settings,
  options: ConnectOptions,
  tls: TlsSource,
): AddressChannel | BalancedChannel {
  if (typeof target === "string") return addressChannel(target, settings, tls);
  if (isThreadPort(target)) return portChannel(target, settings, tls);
  return balancedChannel(target, settings, options, tls);
}

function portChannel(port: ThreadPort, settings: Settings, tls: TlsSource): AddressChannel {
  const target = portName(port);
  if (tls !== undefined) {
    throw new TypeError(
      `${target} goes to another thread without TLS, and the option tls is given: leave it out`,
    );
  }
  return new AddressChannel({ ...settings, target, dial: (signal) => dialPort(port, signal) });
}

function addressChannel(text: string, settings: Settings, tls: TlsSource): AddressChannel {
  const address = parseAddress(text);
  checkTls(address, tls);
  const { alpn } = settings.protocol;
  const options = tls ?? (() => trustingNode);
  return new AddressChannel({
    ...settings,
    target: address.text,
    dial: (signal, onHandshake) => dial(address, signal, { options, alpn, onHandshake }),
  });
}

/** One object for all, so that what Node trusts is read once. */
const trustingNode: ClientTlsOptions = {};

function checkTls({ scheme, text }: Address, tls: TlsSource): void {
  if (tls === undefined || scheme === "tls") return;
  throw new TypeError(
    `${text} goes without TLS, and the option tls is given: write tls://host:port, or leave it out`,
  );
}

function balancedChannel(
  resolver: Resolver,
  settings: Settings,
  options: ConnectOptions,
  tls: TlsSource,
): BalancedChannel {
  return new BalancedChannel({
    resolver,
    balancer: options.balancer ?? peakEwma(),
    outlierRules: outlierRulesOf(options.outlierEjection ?? false),
    guards: options.guards,
    open: (endpoint) => endpointChannel(endpoint, settings, tls),
    defaultTimeout: settings.defaultTimeout,
    maxConcurrentCalls: settings.limits.maxConcurrentCalls,
    logger: options.logger ?? silentLogger,
  });
}

/** @throws TypeError where the endpoint cannot be meant */
function endpointChannel(endpoint: Endpoint, settings: Settings, tls: TlsSource): AddressChannel {
  const protocol = protocolOf(endpoint.protocol ?? settings.protocol.name);
  // The channel's own path belongs to the channel's own protocol.
  const path = endpoint.path ?? (endpoint.protocol === undefined ? settings.path : undefined);
  checkOptions(protocol.name, { path });
  // The balancer chooses among those that are connected.
  return addressChannel(endpoint.address, { ...settings, protocol, path, idleTimeout: Infinity }, tls);
}

function outlierRulesOf(option: boolean | OutlierEjectionOptions): OutlierRules | undefined {
  if (option === false) return undefined;
  return outlierRules(option === true ? {} : option);
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
