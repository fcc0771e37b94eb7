import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { type ClientTlsOptions, connect, type PeerCertificate, Server } from "@gorpc/runtime";
import { staticResolver } from "@gorpc/runtime/registry";
import { describe, expect, it, onTestFinished } from "vitest";
import { issue } from "../../runtime/src/transport/certificates.fixture.ts";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { failureOf, matching, until } from "../e2e/waiting.ts";
import { dial, freshAddress, type LogEntry, startServer } from "../e2e/world.ts";
import { ca, clientIdentity, clientTls, serverIdentity, serverTls, stranger } from "./identities.ts";

const hour = 3_600_000;
const soon = new Date(Date.now() + hour);
const earlier = new Date(Date.now() - hour);

/** The same port by another scheme or name. */
function at(address: string, prefix: string): string {
  return prefix + address.slice(address.lastIndexOf(":"));
}

/** A server that tells what it knows of who calls. */
async function listening(tls: Partial<typeof serverTls> & { clientCertificates?: "optional" } = {}) {
  const seen: { address: string; certificate?: PeerCertificate | undefined }[] = [];
  const { server, log } = startServer({
    server: { tls: { ...serverTls, ...tls } },
    handlers: { ping: ({ peer }) => void seen.push(peer) },
  });
  return { server, log, seen, address: await server.listen("tls://127.0.0.1:0") };
}

function expectOne(log: readonly LogEntry[], message: RegExp): void {
  expect(log).toMatchObject([{ level: "warn", message: matching(message) }]);
}

describe("a client's certificate", () => {
  it("is known to handlers", async () => {
    const { address, seen, log } = await listening();
    const { arith } = await dial(address, { tls: clientTls });
    await arith.ping();
    expect(seen).toMatchObject([
      {
        address: matching(/^tls:\/\/127\.0\.0\.1:\d+$/),
        protocol: "mux/1",
        certificate: {
          commonName: "till-7",
          subject: "CN=till-7",
          issuer: "CN=Test authority",
          dnsNames: ["till-7.shop.example"],
          uris: ["spiffe://shop.example/till"],
          fingerprint: matching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      },
    ]);
    const pem = Buffer.from(seen[0]!.certificate!.raw).toString("base64");
    expect(clientIdentity.cert.replace(/\s/g, "")).toContain(pem);
    expect(log).toEqual([]);
  });

  it.each<[string, Promise<ClientTlsOptions>, RegExp]>([
    ["is missing", Promise.resolve({}), /takes only clients with a certificate.*tls\.cert and tls\.key/],
    ["is a stranger's", issue(stranger), /not signed by an authority that this server trusts .*tls\.ca/],
    ["is signed by itself", issue(undefined), /not signed by an authority that this server trusts/],
    ["has expired", issue(ca, { validTo: earlier }), /client's certificate has expired: renew it/],
    ["is not valid yet", issue(ca, { validFrom: soon }), /client's certificate is not valid yet/],
    ["is a server's", issue(ca, { use: "server" }), /client's certificate is not made for clients/],
  ])("that %s is refused, and the client is told why", async (_what, identity, reason) => {
    const { address, seen, log, server } = await listening();
    const error = await failureOf(connect(address, { tls: { ca: ca.cert, ...(await identity) } }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no", message: matching(reason) });
    expect(error.message.startsWith(`${address}: the peer refused: `)).toBe(true);
    await until(() => server.connections === 0);
    expectOne(log, reason);
    expect(seen).toEqual([]);
  });

  it("may be missing where it is optional, but not wrong", async () => {
    const { address, seen } = await listening({ clientCertificates: "optional" });
    for (const identity of [{}, clientIdentity]) {
      await (await dial(address, { tls: { ca: ca.cert, ...identity } })).arith.ping();
    }
    expect(seen.map(({ certificate }) => certificate?.commonName)).toEqual([undefined, "till-7"]);
    const wrong = connect(address, { tls: { ca: ca.cert, ...(await issue(stranger)) } });
    expect((await failureOf(wrong)).message).toContain("not signed by an authority");
    expect(seen).toHaveLength(2);
  });

  it("is not asked for where the server has no authority for it", async () => {
    const { server } = startServer({ server: { tls: serverIdentity } });
    const address = await server.listen("tls://127.0.0.1:0");
    await (await dial(address, { tls: clientTls })).arith.ping();
  });
});

describe("a server's certificate is refused", () => {
  it.each<[string, () => Promise<Partial<typeof serverTls>>, ClientTlsOptions, RegExp]>([
    [
      "where its authority is not trusted",
      () => Promise.resolve({}),
      { ...clientTls, ca: stranger.cert },
      /server's certificate is not signed by an authority that is trusted here: .* option tls\.ca/,
    ],
    ["by default", () => Promise.resolve({}), clientIdentity, /is not signed by an authority/],
    [
      "when it has expired",
      () => issue(ca, { ip: ["127.0.0.1"], validTo: earlier }),
      clientTls,
      /server's certificate has expired: renew it/,
    ],
    [
      "when it is a client's",
      () => issue(ca, { ip: ["127.0.0.1"], use: "client" }),
      clientTls,
      /server's certificate is not made for servers/,
    ],
    [
      "when it is for another name",
      () => issue(ca, { dns: ["orders.example"] }),
      clientTls,
      /is not for "127\.0\.0\.1", it is for DNS:orders\.example: .* option tls\.servername/,
    ],
  ])("%s", async (_what, tls, options, reason) => {
    const { address } = await listening(await tls());
    const error = await failureOf(connect(address, { tls: options }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", sent: "no", message: matching(reason) });
    expect(error.message.startsWith(`${address}: the TLS handshake failed: `)).toBe(true);
  });

  it("unless it has the name that the channel expects", async () => {
    const { address } = await listening(await issue(ca, { dns: ["orders.example"] }));
    const { arith } = await dial(address, { tls: { ...clientTls, servername: "orders.example" } });
    await arith.ping();
    const byAddress = await listening();
    const named = at(byAddress.address, "tls://localhost");
    await (await dial(named, { tls: { ...clientTls, servername: "127.0.0.1" } })).arith.ping();
  });
});

describe("one port", () => {
  it("takes both where it listens at tcp:// and has a certificate", async () => {
    const { server, seen, log } = await listening();
    const plain = await server.listen("tcp://127.0.0.1:0");
    expect(plain).toMatch(/^tcp:/);
    await (await dial(plain)).arith.ping();
    await (await dial(at(plain, "tls://127.0.0.1"), { tls: clientTls })).arith.ping();
    expect(seen.map(({ address }) => address.slice(0, 3))).toEqual(["tcp", "tls"]);
    expect(seen.map(({ certificate }) => certificate?.commonName)).toEqual([undefined, "till-7"]);
    const unknown = connect(at(plain, "tls://127.0.0.1"), { tls: { ca: ca.cert } });
    expect((await failureOf(unknown)).message).toContain("takes only clients with a certificate");
    expect(log).toHaveLength(1);
  });

  it("takes TLS alone where it listens at tls://, and says so to a client that comes without", async () => {
    const { server, address, seen, log } = await listening();
    const error = await failureOf(connect(at(address, "tcp://127.0.0.1")));
    expect(error.message).toMatch(
      /^tcp:.*: the peer refused: "this address takes only TLS: dial it with tls:/,
    );
    await until(() => server.connections === 0);
    expectOne(log, /this address takes only TLS/);
    expect(seen).toEqual([]);
  });

  it("of a server without a certificate ends a TLS handshake, with a reason on both sides", async () => {
    const { server, log } = startServer();
    const address = at(await server.listen("tcp://127.0.0.1:0"), "tls://127.0.0.1");
    const error = await failureOf(connect(address, { tls: clientTls }));
    expect(error.message).toMatch(/^tls:.*: the TLS handshake failed: .*does it speak TLS\? tcp:\/\//);
    expectOne(log, /begins like TLS, and there is no certificate for it \(option tls\)/);
  });

  it("may be a unix socket, too", async () => {
    const { server } = await listening();
    const address = await server.listen(freshAddress("unix"));
    await (await dial(address)).arith.ping();
    const path = address.slice("unix://".length);
    const socket = connectTls({ path, ...clientTls, servername: "localhost", ALPNProtocols: ["mux/1"] });
    onTestFinished(() => void socket.destroy());
    socket.write('{"MagicNumber":3927900,"Framing":"mux/1","CodecType":"application/json"}\n');
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toContain('"Framing":"mux/1"');
    expect(socket.alpnProtocol).toBe("mux/1");
  });
});

describe("ALPN and versions", () => {
  it("refuse a client that wants to speak something else", async () => {
    const { address, log, server } = await listening();
    const socket = connectTls({ port: Number(new URL(address).port), ...clientTls, ALPNProtocols: ["h2"] });
    onTestFinished(() => void socket.destroy());
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toContain("NO_APPLICATION_PROTOCOL");
    await until(() => server.connections === 0);
    expectOne(log, /TLS handshake failed: the client offers by ALPN nothing that this server speaks/);
  });

  it("tell a client that a server wants something else", async () => {
    const foreign = createTlsServer({ ...serverIdentity, ALPNProtocols: ["h2"] }).listen(0, "127.0.0.1");
    foreign.on("tlsClientError", () => {});
    onTestFinished(() => void foreign.close());
    await once(foreign, "listening");
    const { port } = foreign.address() as { port: number };
    const error = await failureOf(connect(`tls://127.0.0.1:${port}`, { tls: clientTls }));
    expect(error.message).toContain("none of what this channel offers by ALPN; is it a gorpc server?");
  });

  it("tell a client, also late, what another server misses in it", async () => {
    const foreign = createTlsServer({ ...serverTls, requestCert: true }).listen(0, "127.0.0.1");
    foreign.on("tlsClientError", () => {});
    onTestFinished(() => void foreign.close());
    await once(foreign, "listening");
    const { port } = foreign.address() as { port: number };
    const error = await failureOf(connect(`tls://127.0.0.1:${port}`, { tls: { ca: ca.cert } }));
    expect(error.message).toMatch(
      /: TLS failed: the server takes only clients with a certificate: give one /,
    );
  });

  it("let a client come that says nothing by ALPN", async () => {
    const { address } = await listening();
    const socket = connectTls({ port: Number(new URL(address).port), ...clientTls });
    onTestFinished(() => void socket.destroy());
    socket.write('{"MagicNumber":3927900,"Framing":"mux/1","CodecType":"application/json"}\n');
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toContain('"Framing":"mux/1"');
  });

  it("have one TLS version in common, or say so", async () => {
    const { server, log } = startServer({ server: { tls: { ...serverTls, minVersion: "TLSv1.3" } } });
    const address = await server.listen("tls://127.0.0.1:0");
    const old = connectTls({ port: Number(new URL(address).port), ...clientTls, maxVersion: "TLSv1.2" });
    await once(old, "error");
    await until(() => server.connections === 0);
    expectOne(log, /no version of TLS that this server takes \(option tls\.minVersion\)/);
    await (await dial(address, { tls: { ...clientTls, minVersion: "TLSv1.3" } })).arith.ping();
  });
});

describe("a dial over TLS", () => {
  it("to a peer that never answers ends at the connect timeout, which says where it was", async () => {
    const silent = createTcpServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const dialling = connect(`tls://127.0.0.1:${port}`, { tls: clientTls, connectTimeout: 400 });
    expect((await failureOf(dialling)).message).toMatch(
      /connect timeout of 400 ms ran out .* did not finish the TLS handshake; does it speak TLS\?/,
    );
  });

  it("is given up with its signal", async () => {
    const silent = createTcpServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    const connected = once(silent, "connection");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const abort = new AbortController();
    const dialling = connect(`tls://127.0.0.1:${port}`, { tls: clientTls, signal: abort.signal });
    await connected;
    abort.abort();
    await expect(dialling).rejects.toThrow();
  });

  it("never becomes one without, at an address or behind a resolver", async () => {
    const { server } = startServer();
    const address = await server.listen("tcp://127.0.0.1:0");
    const reason = /goes without TLS, and the option tls is given: write tls:/;
    await expect(connect(address, { tls: clientTls })).rejects.toThrow(reason);
    const behind = connect(staticResolver([address]), { tls: clientTls });
    expect((await failureOf(behind)).message).toMatch(reason);
    expect(server.connections).toBe(0);
  });

  it("reaches what a resolver finds at tls://", async () => {
    const { address, seen } = await listening();
    await (await dial(address, { tls: clientTls })).arith.ping();
    const channel = await connect(staticResolver([address]), { tls: clientTls });
    await new ArithClient(channel).ping();
    await channel.close();
    expect(seen).toHaveLength(2);
  });
});

describe("options that cannot be meant are refused at once", () => {
  it.each<[string, object, RegExp]>([
    ["nothing", null as never, /takes an object of options, not null/],
    ["no certificate", {}, /takes cert and key/],
    ["another key", { ...serverIdentity, key: clientIdentity.key }, /tls\.key is not the key of the certi/],
    ["no PEM", { cert: "x", key: "y" }, /tls\.cert is no certificate in PEM/],
    ["a key that is none", { ...serverIdentity, key: "y" }, /tls\.key is no private key/],
    ["an authority that is none", { ...serverIdentity, ca: "x" }, /tls\.ca is no certificate in PEM/],
    ["no authority", { ...serverIdentity, ca: [] }, /tls\.ca is an empty list/],
    ["clients of nobody", { ...serverIdentity, clientCertificates: "required" }, /without tls\.ca/],
    ["a wish", { ...serverTls, clientCertificates: "please" }, /it takes "required" or "optional"/],
    ["an old version", { ...serverTls, minVersion: "TLSv1" }, /it takes "TLSv1\.2" or "TLSv1\.3"/],
  ])("by a server: %s", (_what, tls, reason) => {
    expect(() => new Server({ tls: tls as never })).toThrow(TypeError);
    expect(() => new Server({ tls: tls as never })).toThrow(reason);
  });

  it("by a server: tls:// without certificates", async () => {
    const { server } = startServer();
    await expect(server.listen("tls://127.0.0.1:0")).rejects.toThrow(/option tls/);
    expect(() => server.updateTls(serverTls)).toThrow(/without the option tls/);
  });

  it.each<[string, ClientTlsOptions, RegExp]>([
    ["half a pair", { cert: clientIdentity.cert }, /cert and key together/],
    ["another key", { cert: clientIdentity.cert, key: serverIdentity.key }, /is not the key/],
    ["an authority that is none", { ca: "x" }, /tls\.ca is no certificate/],
  ])("by a channel: %s", async (_what, tls, reason) => {
    await expect(connect("tls://127.0.0.1:1", { tls })).rejects.toThrow(reason);
    const behind = connect("tls://127.0.0.1:1", { tls: () => tls });
    expect(await failureOf(behind)).toMatchObject({ code: "UNAVAILABLE", message: matching(reason) });
  });
});
