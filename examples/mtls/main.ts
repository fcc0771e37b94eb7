// The whole of it on one screen: `npm run mtls`.
import { type ClientTlsOptions, connect } from "@gorpc/runtime";
import { makeAuthority, makeClient, makeServer } from "./certificates.ts";
import { LedgerClient } from "./ledger.gorpc.ts";
import { makeLedger } from "./server.ts";

function heading(text: string): void {
  console.log(`\n${text}`);
}

function say(text: string): void {
  console.log(`  ${text}`);
}

/** Tells how an attempt fails, which it has to. */
async function fails(what: string, attempt: Promise<unknown>): Promise<void> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error(`${what} should have failed`);
  say(`${what}:\n    ${(error as Error).message}`);
}

heading("An authority, and certificates that it signed");
const authority = await makeAuthority("shop.example");
const tillIdentity = await makeClient(authority, "spiffe://shop.example/till/7");
const auditorIdentity = await makeClient(authority, "spiffe://shop.example/auditor");
const server = makeLedger({ ...(await makeServer(authority, "127.0.0.1")), ca: authority.cert });
const address = await server.listen("tls://127.0.0.1:0");
say(`the ledger listens at ${address}`);

heading("Who calls is known by the certificate");
// Asked at each dial: the certificate of a channel can be renewed, too.
let tillTls: ClientTlsOptions = { ...tillIdentity, ca: authority.cert };
const tillChannel = await connect(address, { tls: () => tillTls });
const till = new LedgerClient(tillChannel);
await till.book(450n);
say(`the till has booked, and taken ${await till.book(1_200n)} cents by now`);
await fails("the till reads the books", till.read()[Symbol.asyncIterator]().next());
const auditorChannel = await connect(address, { tls: { ...auditorIdentity, ca: authority.cert } });
const auditor = new LedgerClient(auditorChannel);
for await (const entry of auditor.read()) say(`the auditor reads: ${entry.till} took ${entry.cents} cents`);
await fails("the auditor books", auditor.book(1n));

heading("Nobody else gets in");
const stranger = await makeAuthority("elsewhere.example");
const forged = await makeClient(stranger, "spiffe://shop.example/auditor");
await fails("without a certificate", connect(address, { tls: { ca: authority.cert } }));
await fails("with a forged one", connect(address, { tls: { ...forged, ca: authority.cert } }));
await fails("without TLS", connect(address.replace("tls:", "tcp:")));
await fails("to a server that the client does not trust", connect(address, { tls: tillIdentity }));

heading("Certificates are renewed, and nothing restarts");
const next = await makeAuthority("next.shop.example");
server.updateTls({ ...(await makeServer(next, "127.0.0.1")), ca: [authority.cert, next.cert] });
say(`the till's connection goes on: it has taken ${await till.book(50n)} cents by now`);
await fails("a new connection with last year's trust", connect(address, { tls: tillTls }));
tillTls = { ...(await makeClient(next, "spiffe://shop.example/till/7")), ca: next.cert };
const renewed = await connect(address, { tls: () => tillTls });
say(`with this year's: the till has taken ${await new LedgerClient(renewed).book(50n)} cents by now`);

await Promise.all([tillChannel.close(), auditorChannel.close(), renewed.close()]);
await server.close();
