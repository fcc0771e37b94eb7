import { authority, issue } from "../../runtime/src/transport/certificates.fixture.ts";

/** Who signs what servers and clients of these tests show each other. */
export const ca = await authority();
/** An authority that nobody trusts. */
export const stranger = await authority("Stranger");

export const serverIdentity = await issue(ca, { dns: ["localhost"], ip: ["127.0.0.1"], use: "server" });
export const clientIdentity = await issue(ca, {
  commonName: "till-7",
  dns: ["till-7.shop.example"],
  uri: ["spiffe://shop.example/till"],
  use: "client",
});

/** mTLS as servers and channels are told. */
export const serverTls = { ...serverIdentity, ca: ca.cert };
export const clientTls = { ...clientIdentity, ca: ca.cert };
