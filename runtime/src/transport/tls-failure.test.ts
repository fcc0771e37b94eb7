import { describe, expect, it } from "vitest";
import { explainTls } from "./tls-failure.ts";

function failure(code: string, more: object = {}): NodeJS.ErrnoException {
  return Object.assign(new Error("as Node says it"), { code, ...more });
}

describe("a failure of TLS is explained", () => {
  it.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "option tls.ca", "option tls.ca"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "intermediate certificates", "not signed by an authority"],
    ["CERT_HAS_EXPIRED", "server's certificate has expired", "client's certificate has expired"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tls.cert and tls.key", "asks for a certificate"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "refuses this channel's certificate", "refuses this server's"],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "refuses this channel's", "refuses this server's"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "no cipher in common", "no cipher in common"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "option tls.minVersion", "option tls.minVersion"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "dial tcp://", "is not TLS"],
    ["ECONNRESET", "does it speak TLS?", "ended the connection"],
  ])("to either side, with its code: %s", (code, client, server) => {
    expect(explainTls(failure(code), "client")).toContain(client);
    expect(explainTls(failure(code), "server")).toContain(server);
    expect(explainTls(failure(code), "server")).toContain(`(${code})`);
  });

  it("by OpenSSL's words where there are no better ones, else by Node's", () => {
    expect(explainTls(failure("ERR_SSL_ODD", { reason: "odd record" }), "client")).toBe(
      "odd record (ERR_SSL_ODD)",
    );
    expect(explainTls(failure("ETIMEDOUT"), "client")).toBe("as Node says it");
  });
});
