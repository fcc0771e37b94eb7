import { generate } from "selfsigned";

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface Wanted {
  readonly commonName?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
  readonly email?: readonly string[];
  /** @defaultValue both */
  readonly use?: "server" | "client";
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

const day = 86_400_000;

/** An authority that signs certificates. */
export async function authority(commonName = "Test authority"): Promise<Identity> {
  return identity(
    commonName,
    [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
    {},
  );
}

/** A certificate that the authority signed; `undefined` signs it with its own key. */
export async function issue(ca: Identity | undefined, wanted: Wanted = {}): Promise<Identity> {
  const { commonName = "peer", dns = [], ip = [], uri = [], email = [], use } = wanted;
  const altNames = [
    ...dns.map((value) => ({ type: 2 as const, value })),
    ...ip.map((value) => ({ type: 7 as const, ip: value })),
    ...uri.map((value) => ({ type: 6 as const, value })),
    ...email.map((value) => ({ type: 1 as const, value })),
  ];
  return identity(
    commonName,
    [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: use !== "client", clientAuth: use !== "server" },
      ...(altNames.length > 0 ? [{ name: "subjectAltName" as const, altNames }] : []),
    ],
    wanted,
    ca,
  );
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>;

async function identity(
  commonName: string,
  extensions: Extensions,
  { validFrom, validTo }: Wanted,
  ca?: Identity,
): Promise<Identity> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    algorithm: "sha256",
    // Valid since a while: certificates tell whole seconds.
    notBeforeDate: validFrom ?? new Date(Date.now() - day),
    notAfterDate: validTo ?? new Date(Date.now() + day),
    extensions,
    ...(ca !== undefined && { ca: { key: ca.key, cert: ca.cert } }),
  });
  return { cert: made.cert, key: made.private };
}
