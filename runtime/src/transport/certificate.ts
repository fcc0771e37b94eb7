import type { X509Certificate } from "node:crypto";

/** A peer's certificate, checked: it is valid, and signed by an authority that this side trusts. */
export interface PeerCertificate {
  /** Its subject's common name; undefined where there is none, or several. */
  readonly commonName: string | undefined;
  /** The whole subject, one attribute a line: `O=Shop\nCN=till-7`. */
  readonly subject: string;
  /** The subject of the authority that signed it, in the same form. */
  readonly issuer: string;
  /** Subject alternative names, by their kinds. */
  readonly dnsNames: readonly string[];
  /** SPIFFE ids among them. */
  readonly uris: readonly string[];
  /** IPv4 and IPv6 among them, as text. */
  readonly ipAddresses: readonly string[];
  /** Mail addresses among them. */
  readonly emails: readonly string[];
  /** Its first moment. */
  readonly validFrom: Date;
  /** Its last moment; the connection may outlive it. */
  readonly validTo: Date;
  /** SHA-256 over the whole certificate, in upper-case hexadecimal with colons. */
  readonly fingerprint: string;
  /** DER. */
  readonly raw: Uint8Array;
}

/** A certificate as handlers see it. */
export function describeCertificate(certificate: X509Certificate): PeerCertificate {
  const names = alternativeNames(certificate.subjectAltName ?? "");
  return Object.freeze({
    commonName: commonNameOf(certificate),
    subject: certificate.subject,
    issuer: certificate.issuer,
    dnsNames: names("DNS"),
    uris: names("URI"),
    ipAddresses: names("IP Address"),
    emails: names("email"),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    raw: certificate.raw,
  });
}

/** Of two common names nobody can say which one counts. */
function commonNameOf(certificate: X509Certificate): string | undefined {
  // A subject without attributes has no object.
  const subject = certificate.toLegacyObject().subject as { readonly CN?: unknown } | undefined;
  return typeof subject?.CN === "string" ? subject.CN : undefined;
}

/**
 * Node's text for alternative names: `DNS:a.example, URI:"with, a comma"`. Whatever could be taken for the border between two
 * names is quoted there, as JSON; read by splitting at commas, one name could pose as several.
 */
function alternativeNames(text: string): (kind: string) => readonly string[] {
  const found = new Map<string, string[]>();
  for (const [, kind, value] of text.matchAll(/([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy)) {
    const name = value!.startsWith('"') ? (JSON.parse(value!) as string) : value!;
    found.set(kind!, [...(found.get(kind!) ?? []), name]);
  }
  return (kind) => Object.freeze(found.get(kind) ?? []);
}
