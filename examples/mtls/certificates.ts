// Certificates for trying things out. In earnest they come from an authority of yours: step-ca, Vault, cert-manager, SPIRE.
import { generate } from "selfsigned";

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

type Options = NonNullable<Parameters<typeof generate>[1]>;

/** An authority of its own. */
export function makeAuthority(name: string): Promise<Identity> {
  return make(name, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]);
}

/** A server's certificate, for an IP address. */
export function makeServer(authority: Identity, ip: string): Promise<Identity> {
  const extensions: Options["extensions"] = [
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: [{ type: 7, ip }] },
  ];
  return make("server", extensions, authority);
}

/** A client's certificate, for the URI that says who it is. */
export function makeClient(authority: Identity, uri: string): Promise<Identity> {
  const extensions: Options["extensions"] = [
    { name: "extKeyUsage", clientAuth: true },
    { name: "subjectAltName", altNames: [{ type: 6, value: uri }] },
  ];
  return make("client", extensions, authority);
}

async function make(name: string, extensions: Options["extensions"], ca?: Identity): Promise<Identity> {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 3_600_000),
    ...(extensions !== undefined && { extensions }),
    ...(ca !== undefined && { ca: { key: ca.key, cert: ca.cert } }),
  });
  return { cert: made.cert, key: made.private };
}
