import type { Codec } from "../codec/codec.ts";
import { findCodec } from "../codec/find-codec.ts";
import { compressionOf } from "../codec/compression.ts";
import { channelLimits, checkCount, checkTime, keepaliveTimes, resolveLimits } from "../limits.ts";
import type { AddressChannelOptions } from "./address-channel.ts";
import type { OptionNames } from "../option-names.ts";
import type { ChannelOptions, ConnectOptions } from "./channel-options.ts";
import { checkOptions, protocolOf } from "./protocols.ts";

/** What all connections of a channel have in common. */
export type Settings = Omit<AddressChannelOptions, "target" | "dial">;

/** Of all channels. */
export const channelOptions: OptionNames<ChannelOptions> = {
  ...channelLimits,
  keepaliveInterval: true,
  keepaliveTimeout: true,
  failMode: true,
  retry: true,
  hedge: true,
  timeout: true,
  connectTimeout: true,
  handleTimeout: true,
  idleTimeout: true,
  maxConnections: true,
  protocol: true,
  path: true,
  codec: true,
  compression: true,
  interceptors: true,
  logger: true,
};

/** Of those that `connect` makes. */
export const connectOptions: OptionNames<ConnectOptions> = {
  ...channelOptions,
  balancer: true,
  outlierEjection: true,
  guards: true,
  lazy: true,
  tls: true,
  signal: true,
};

/**
 * The options with their defaults.
 * @throws TypeError or RangeError for one that cannot be meant
 */
export function settingsOf(options: ChannelOptions): Settings {
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
