import { type ClientTlsOptions, connect, type PeerCertificate } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { issue } from "../../runtime/src/transport/certificates.fixture.ts";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { deferred, failureOf, until } from "../e2e/waiting.ts";
import { dial, startServer } from "../e2e/world.ts";
import { ca, clientIdentity, clientTls, serverTls, stranger } from "./identities.ts";

it("a server's new certificates count for new connections; those that there are go on", async () => {
  const answer = deferred<string>();
  const entered = deferred();
  const { server } = startServer({
    server: { tls: serverTls },
    handlers: {
      slow: () => {
        entered.resolve();
        return answer.promise;
      },
    },
  });
  const address = await server.listen("tls://127.0.0.1:0");
  const before = await dial(address, { tls: clientTls });
  const call = before.arith.slow(0);
  await entered.promise;

  const next = await issue(stranger, { ip: ["127.0.0.1"] });
  server.updateTls({ ...next, ca: stranger.cert });
  expect((await failureOf(connect(address, { tls: clientTls }))).message).toContain("not signed by");
  const client = await issue(stranger);
  const after = await dial(address, { tls: { ...client, ca: stranger.cert } });
  await after.arith.ping();

  await before.arith.ping();
  answer.resolve("done");
  expect(await call).toBe("done");
});

it("a server that gets certificates which cannot be used says so and keeps those that it has", async () => {
  const { server } = startServer({ server: { tls: serverTls } });
  const address = await server.listen("tls://127.0.0.1:0");
  expect(() => server.updateTls({ ...serverTls, key: clientIdentity.key })).toThrow(/is not the key/);
  expect(() => server.updateTls({} as never)).toThrow(/takes cert and key/);
  await (await dial(address, { tls: clientTls })).arith.ping();
});

it("a channel asks for its certificate at each dial", async () => {
  const seen: (PeerCertificate | undefined)[] = [];
  const start = (): ReturnType<typeof startServer> =>
    startServer({
      server: { tls: serverTls },
      handlers: { ping: ({ peer }) => void seen.push(peer.certificate) },
    });
  const first = start();
  const address = await first.server.listen("tls://127.0.0.1:0");
  let current: ClientTlsOptions = { ca: ca.cert, ...(await issue(ca, { commonName: "of May" })) };
  const channel = await connect(address, { tls: () => current });
  const arith = new ArithClient(channel);
  await arith.ping();
  current = { ca: ca.cert, ...(await issue(ca, { commonName: "of June" })) };
  await arith.ping();
  await first.server.close();

  await start().server.listen(address);
  await until(() =>
    arith.ping().then(
      () => true,
      () => false,
    ),
  );
  expect(seen.map((certificate) => certificate?.commonName)).toEqual(["of May", "of May", "of June"]);
  await channel.close();
});
