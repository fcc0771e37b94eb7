import { BalancedChannel } from "../balancer/balanced-channel.ts";
import { type OutlierEjectionOptions, type OutlierRules, outlierRules } from "../balancer/outlier-options.ts";
import { peakEwma } from "../balancer/peak-ewma.ts";
import { silentLogger } from "../logger.ts";
import type { Endpoint, Resolver } from "../registry/resolver.ts";
import type { AddressChannel } from "./address-channel.ts";
import { addressChannel, type TlsSource } from "./address-target.ts";
import type { ConnectOptions } from "./channel-options.ts";
import { checkOptions, protocolOf } from "./protocols.ts";
import type { Settings } from "./settings.ts";

/** A channel to whatever a resolver finds. */
export function balancedChannel(
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
