/** Certificates or a key as PEM. */
export type Pem = string | Uint8Array;

/** What both sides can say of TLS. */
interface TlsOptions {
  /** Of an encrypted key. */
  readonly passphrase?: string;
  /** @defaultValue `TLSv1.2` */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
}

/** How a server speaks TLS. */
export interface ServerTlsOptions extends TlsOptions {
  /** The server's certificate, followed by the intermediate ones up to an authority that clients trust. */
  readonly cert: Pem;
  /** The certificate's private key. */
  readonly key: Pem;
  /** The authorities that sign clients' certificates. Where they are given, clients show a certificate (mTLS). */
  readonly ca?: Pem | readonly Pem[];
  /** Whether clients may come without a certificate; one that is shown is always checked. @defaultValue `required` where `ca` is given */
  readonly clientCertificates?: "required" | "optional";
}

/** How a channel speaks TLS. */
export interface ClientTlsOptions extends TlsOptions {
  /** The authorities whose servers are trusted. @defaultValue those that Node trusts */
  readonly ca?: Pem | readonly Pem[];
  /** The client's certificate, for servers that ask for one, followed by the intermediate ones. */
  readonly cert?: Pem;
  /** The certificate's private key. */
  readonly key?: Pem;
  /** The name that the server's certificate must have. @defaultValue the address's host */
  readonly servername?: string;
}
