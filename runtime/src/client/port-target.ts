import type { ThreadPort } from "../transport/thread-port.ts";
import { dialPort, portName } from "../transport/worker.ts";
import { AddressChannel } from "./address-channel.ts";
import type { TlsSource } from "./address-target.ts";
import type { Settings } from "./settings.ts";

/**
 * A channel to the server in another thread.
 * @throws TypeError where TLS is asked for
 */
export function portChannel(port: ThreadPort, settings: Settings, tls: TlsSource): AddressChannel {
  const target = portName(port);
  if (tls !== undefined) {
    throw new TypeError(
      `${target} goes to another thread without TLS, and the option tls is given: leave it out`,
    );
  }
  return new AddressChannel({ ...settings, target, dial: (signal) => dialPort(port, signal) });
}
