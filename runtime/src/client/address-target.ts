import { type Address, parseAddress } from "../transport/address.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import { dial } from "../transport/transports.ts";
import { AddressChannel } from "./address-channel.ts";
import type { ConnectOptions } from "./channel-options.ts";
import type { Settings } from "./settings.ts";

/** Gives the options of each dial; undefined where none were given. */
export type TlsSource = (() => ClientTlsOptions) | undefined;

/** @throws TypeError (the promise rejects) for what will never work */
export async function tlsOf(given: ConnectOptions["tls"]): Promise<TlsSource> {
  if (given === undefined || typeof given === "function") return given;
  const { contextFor } = await import("../transport/tls-client.ts");
  contextFor(given);
  return () => given;
}

/**
 * A channel to an address as a text.
 * @throws TypeError where it cannot be meant
 */
export function addressChannel(text: string, settings: Settings, tls: TlsSource): AddressChannel {
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
