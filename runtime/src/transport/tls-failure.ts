/** Whose words explain a failure: the side that says them. */
export type Side = "client" | "server";

interface Explanation {
  /** Of Node's error codes, which differ a little between versions of OpenSSL. */
  readonly codes: RegExp;
  /** What it means to a channel, and what helps. */
  readonly client: string;
  /** What it means to a server. */
  readonly server: string;
}

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED)$/;

const explanations: readonly Explanation[] = [
  // The other side's certificate, as this side checked it
  {
    codes: untrusted,
    client:
      "the server's certificate is not signed by an authority that is trusted here: give that authority's certificate with the option tls.ca, or let the server send its intermediate certificates",
    server:
      "the client's certificate is not signed by an authority that this server trusts (the server's option tls.ca)",
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    client: "the server's certificate has expired: renew it there, or set the clock here",
    server: "the client's certificate has expired: renew it there, or set the server's clock",
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    client: "the server's certificate is not valid yet: compare the clocks of both machines",
    server: "the client's certificate is not valid yet: compare the clocks of both machines",
  },
  {
    codes: /^INVALID_PURPOSE$/,
    client: "the server's certificate is not made for servers: its extended key usage lacks serverAuth",
    server: "the client's certificate is not made for clients: its extended key usage lacks clientAuth",
  },
  // What the other side refuses in this one
  {
    codes: /ALERT_CERTIFICATE_REQUIRED$/,
    client:
      "the server takes only clients with a certificate: give one with the options tls.cert and tls.key",
    server: "the client asks for a certificate",
  },
  {
    codes: /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR)$/,
    client: "the server refuses this channel's certificate (options tls.cert and tls.key)",
    server:
      "the client refuses this server's certificate: it does not trust it, or it is not for the name dialled",
  },
  // What both have in common
  {
    codes: /NO_APPLICATION_PROTOCOL$/,
    client:
      "the server speaks TLS, and inside it none of what this channel offers by ALPN; is it a gorpc server?",
    server: "the client offers by ALPN nothing that this server speaks",
  },
  {
    codes: /(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|VERSION_TOO_HIGH)$/,
    client: "the server speaks no version of TLS that this channel takes (option tls.minVersion)",
    server: "the client speaks no version of TLS that this server takes (option tls.minVersion)",
  },
  {
    codes: /(HANDSHAKE_FAILURE|NO_SHARED_CIPHER)$/,
    client:
      "the server finds no cipher in common with this channel, or misses a client's certificate (options tls.cert and tls.key)",
    server: "there is no cipher in common with the client",
  },
  // No TLS at all
  {
    codes: /(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_TOO_SMALL)$/,
    client: "the server does not answer in TLS: dial tcp:// where it has none",
    server: "what the client sent is not TLS",
  },
  {
    codes: /^(ECONNRESET|EPIPE)$/,
    client:
      "the server ended the connection in the middle of the handshake; does it speak TLS? tcp:// dials without",
    server: "the client ended the connection in the middle of the handshake; does it trust this certificate?",
  },
];

/** Why a TLS handshake failed, and what helps. */
export function explainTls(error: NodeJS.ErrnoException, side: Side): string {
  const { code = "" } = error;
  const known = explanations.find(({ codes }) => codes.test(code));
  if (known !== undefined) return `${known[side]} (${code})`;
  return explainNames(error) ?? reasonOf(error);
}

interface NamesError extends Error {
  readonly code: "ERR_TLS_CERT_ALTNAME_INVALID";
  readonly host: string;
  readonly cert: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: unknown } };
}

/** The one that Node itself explains, without a remedy. */
function explainNames(error: Error & { readonly code?: string | undefined }): string | undefined {
  if (error.code !== "ERR_TLS_CERT_ALTNAME_INVALID") return undefined;
  const { host, cert } = error as NamesError;
  const names = cert.subjectaltname ?? "no name at all";
  return `the server's certificate is not for ${JSON.stringify(host)}, it is for ${names}: dial such a name, or say with the option tls.servername which one to expect (${error.code})`;
}

/** OpenSSL's own words, without the places in its sources. */
function reasonOf(error: Error & { readonly code?: string | undefined; readonly reason?: unknown }): string {
  const { code, reason } = error;
  if (typeof reason === "string") return `${reason} (${code})`;
  return error.message;
}
