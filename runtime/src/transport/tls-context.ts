import type { SecureContextOptions } from "node:tls";
import { checkNames, type OptionNames } from "../option-names.ts";
import { nodeTls } from "./node-tls.ts";
import type { ClientTlsOptions, Pem, ServerTlsOptions } from "./tls-options.ts";

const clientNames: OptionNames<ClientTlsOptions> = {
  ca: true,
  cert: true,
  key: true,
  servername: true,
  passphrase: true,
  minVersion: true,
};

const serverNames: OptionNames<ServerTlsOptions> = {
  cert: true,
  key: true,
  ca: true,
  clientCertificates: true,
  passphrase: true,
  minVersion: true,
};

/**
 * Checks what a server will shake hands with.
 * @throws TypeError that names the option and says what is wrong with it; Error in OpenSSL's words for what only that refuses
 */
export function checkServerTls(options: ServerTlsOptions): void {
  nodeTls().createSecureContext(serverContext(options));
}

/**
 * A server's certificates and key, checked, for node:tls. What node:tls takes without a word and fails on later is refused here: an
 * authority that is none, a key of another certificate.
 * @throws TypeError that names the option and says what is wrong with it
 */
export function serverContext(options: ServerTlsOptions): SecureContextOptions {
  checkNames("the option tls of a server", serverNames, options);
  const { cert, key, ca, clientCertificates } = options;
  if (cert === undefined || key === undefined) {
    throw new TypeError("the option tls of a server takes cert and key: its certificate and the key to that");
  }
  if (clientCertificates !== undefined && ca === undefined) {
    throw new TypeError(
      "tls.clientCertificates is given without tls.ca, the authorities that sign clients' certificates",
    );
  }
  if (!["required", "optional", undefined].includes(clientCertificates)) {
    const given = JSON.stringify(clientCertificates);
    throw new TypeError(`tls.clientCertificates is ${given}: it takes "required" or "optional"`);
  }
  return contextOf(options);
}

/**
 * A channel's certificates and key, checked, for node:tls.
 * @throws TypeError that names the option and says what is wrong with it
 */
export function clientContext(options: ClientTlsOptions): SecureContextOptions {
  checkNames("the option tls of a channel", clientNames, options);
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new TypeError("the option tls of a channel takes cert and key together, or none of them");
  }
  return contextOf(options);
}

function contextOf({ cert, key, ca, passphrase, minVersion }: ClientTlsOptions): SecureContextOptions {
  if (!["TLSv1.2", "TLSv1.3", undefined].includes(minVersion)) {
    throw new TypeError(`tls.minVersion is ${JSON.stringify(minVersion)}: it takes "TLSv1.2" or "TLSv1.3"`);
  }
  if (cert !== undefined && key !== undefined) checkPair(cert, key, passphrase);
  const authorities = ca === undefined ? undefined : checkAuthorities(ca);
  return {
    minVersion: minVersion ?? "TLSv1.2",
    ...(cert !== undefined && { cert: buffer(cert) }),
    ...(key !== undefined && { key: buffer(key) }),
    ...(passphrase !== undefined && { passphrase }),
    ...(authorities !== undefined && { ca: authorities }),
  };
}

function checkPair(cert: Pem, key: Pem, passphrase: string | undefined): void {
  const { X509Certificate, createPrivateKey } = process.getBuiltinModule("node:crypto");
  const certificate = read("tls.cert", "certificate", () => new X509Certificate(buffer(cert)));
  const privateKey = read("tls.key", "private key that tls.passphrase opens", () =>
    createPrivateKey({ key: buffer(key), ...(passphrase !== undefined && { passphrase }) }),
  );
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new TypeError("tls.key is not the key of the certificate in tls.cert");
}

function checkAuthorities(ca: Pem | readonly Pem[]): Buffer[] {
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  const authorities = (isList(ca) ? ca : [ca]).map(buffer);
  if (authorities.length === 0) throw new TypeError("tls.ca is an empty list: nobody would be trusted");
  for (const each of authorities) read("tls.ca", "certificate", () => new X509Certificate(each));
  return authorities;
}

function isList(ca: Pem | readonly Pem[]): ca is readonly Pem[] {
  return Array.isArray(ca);
}

function read<T>(option: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { message } = error as Error;
    throw new TypeError(`${option} is no ${what} in PEM: ${message}`, { cause: error });
  }
}

function buffer(pem: Pem): Buffer {
  return typeof pem === "string" ? Buffer.from(pem) : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength);
}
