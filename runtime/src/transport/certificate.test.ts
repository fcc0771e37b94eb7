import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { describeCertificate } from "./certificate.ts";
import { authority, type Identity, issue, type Wanted } from "./certificates.fixture.ts";

let ca: Identity;
beforeAll(async () => {
  ca = await authority();
});

async function described(wanted: Wanted): Promise<ReturnType<typeof describeCertificate>> {
  return describeCertificate(new X509Certificate((await issue(ca, wanted)).cert));
}

describe("a peer's certificate", () => {
  it("tells its names by their kinds", async () => {
    const certificate = await described({
      commonName: "till",
      dns: ["a.example", "*.b.example"],
      uri: ["spiffe://shop/till"],
      ip: ["10.0.0.1", "::1"],
      email: ["till@shop.example"],
    });
    expect(certificate).toMatchObject({
      commonName: "till",
      subject: "CN=till",
      issuer: "CN=Test authority",
      dnsNames: ["a.example", "*.b.example"],
      uris: ["spiffe://shop/till"],
      ipAddresses: ["10.0.0.1", "0:0:0:0:0:0:0:1"],
      emails: ["till@shop.example"],
    });
    expect(certificate.validTo.getTime()).toBeGreaterThan(Date.now());
    expect(certificate.validFrom.getTime()).toBeLessThan(Date.now());
    expect(new X509Certificate(certificate.raw).fingerprint256).toBe(certificate.fingerprint);
  });

  it("without alternative names has none", async () => {
    expect(await described({})).toMatchObject({ dnsNames: [], uris: [], ipAddresses: [], emails: [] });
  });

  it.each([
    "spiffe://shop/till, DNS:admin.example",
    'spiffe://shop/"quoted", DNS:admin.example',
    "spiffe://shop/back\\slash, URI:spiffe://shop/admin",
  ])("cannot pass one name off as several: %s", async (uri) => {
    const certificate = await described({ dns: ["till.example"], uri: [uri] });
    expect(certificate.dnsNames).toEqual(["till.example"]);
    expect(certificate.uris).toHaveLength(1);
    expect(certificate.uris[0]).toMatch(/^spiffe:\/\/shop\//);
  });

  it("cannot be changed by a handler", async () => {
    const certificate = await described({ dns: ["a.example"] });
    expect(() => (certificate.dnsNames as string[]).push("b.example")).toThrow(TypeError);
    expect(() => Object.assign(certificate, { commonName: "admin" })).toThrow(TypeError);
  });
});
