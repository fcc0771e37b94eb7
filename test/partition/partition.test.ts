import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../bundle.ts";
import { matching, until } from "../e2e/waiting.ts";
import { type Host, Network } from "./network.ts";
import { Peer } from "./peer.ts";

let script: string;
let missing: string | undefined;
beforeAll(async () => {
  missing = await Network.missing();
  if (missing === undefined) script = await bundle(new URL("process.ts", import.meta.url), "partition");
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

/** A client connected to a server on another host. */
async function connected(): Promise<{
  readonly network: Network;
  readonly server: Peer;
  readonly client: Peer;
}> {
  const network = await Network.make();
  onTestFinished(() => network.remove());
  const server = await start(network, "server");
  return { network, server, client: await start(network, "client") };
}

async function start(network: Network, host: Host): Promise<Peer> {
  const peer = await Peer.start(script, network, host);
  onTestFinished(() => peer.kill());
  return peer;
}

const lost = { code: "UNAVAILABLE", sent: "maybe" };

/** Each kind of call, until each is with its handler. */
async function callsInFlight(client: Peer, server: Peer): Promise<ReturnType<Peer["call"]>["end"][]> {
  const [slow, watch, talk] = [client.call("slow"), client.call("watch"), client.call("talk")];
  await Promise.all([watch.streaming, talk.streaming]);
  await until(async () => (await server.state()).running === 3);
  return [slow.end, watch.end, talk.end];
}

/** What is found out by timers takes its time on a busy machine. */
const limit = { timeout: 180_000 };

describe("a network that loses everything without a word", limit, () => {
  it.each<readonly [string, readonly Host[]]>([
    ["between the two", ["client", "server"]],
    ["on the way to the server", ["server"]],
    ["on the way to the client", ["client"]],
  ])("%s: both sides find out, calls fail, and it works again when it heals", async (_where, hosts) => {
    const { network, server, client } = await connected();
    const ends = await callsInFlight(client, server);
    const began = performance.now();
    await network.drop(...hosts);
    // A stream that has had answers is known to have run.
    for (const end of ends) {
      const result = await end;
      expect(result).toMatchObject({
        code: "UNAVAILABLE",
        message: matching(/ at tcp:\/\/10\.213\.2\.2:9000: /),
      });
      expect(["maybe", "yes"]).toContain(result.sent);
    }
    await until(async () => (await server.state()).aborted === 3);
    // Half a second of silence each is what the options allow; the system alone needs a quarter of an hour.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect((await server.state()).connections).toBe(0);
    expect(["UNAVAILABLE", "DEADLINE_EXCEEDED"]).toContain((await client.call("ping").end).code);

    await network.heal(...hosts);
    await until(async () => (await client.call("ping").end).code === "OK");
    expect(await server.state()).toMatchObject({ connections: 1, running: 0 });
  });
});

describe("a server that is gone with its machine", limit, () => {
  it("is found while nothing comes from there; its successor at the address is used", async () => {
    const { network, server, client } = await connected();
    const ends = await callsInFlight(client, server);
    await network.drop("client", "server");
    // What its system says of that reaches nobody.
    await server.kill();
    for (const end of ends) expect(await end).toMatchObject({ code: "UNAVAILABLE" });
    await start(network, "server");
    await network.heal("client", "server");
    await until(async () => (await client.call("ping").end).code === "OK");
  });

  it("is found by a connection that carried nothing, when a call needs it", async () => {
    const { network, server, client } = await connected();
    expect(await client.call("ping").end).toMatchObject({ code: "OK" });
    await network.drop("client", "server");
    await server.kill();
    const successor = await start(network, "server");
    // The connection is half open: this side knows nothing yet.
    const call = client.call("slow");
    expect(await call.end).toMatchObject(lost);
    await network.heal("client", "server");
    await until(async () => (await client.call("ping").end).code === "OK");
    expect((await successor.state()).running).toBe(0);
  });
});
