import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect } from "@gorpc/runtime";
import { roundRobin } from "@gorpc/runtime/balancer";
import { classicRegistry, httpRegistry, RegistryServer, type Resolver } from "@gorpc/runtime/registry";
import { expect, onTestFinished, test } from "vitest";
import { ArithClient } from "../e2e/arith.gorpc.ts";
import { startServer } from "../e2e/world.ts";

async function sums(resolver: Resolver): Promise<number[]> {
  const channel = await connect(resolver, { balancer: roundRobin() });
  onTestFinished(() => channel.close());
  const arith = new ArithClient(channel);
  return Promise.all([1, 2, 3, 4].map((left) => arith.sum({ left, right: 1 })));
}

test.each([
  ["gorpc", "/_gorpc_/registry", "X-Gorpc-Server"],
  ["geerpc", "/_geerpc_/registry", "X-Geerpc-Server"],
])(
  "%s: who is found by its entry is called in the classic protocol, with and without CONNECT",
  async (name, path, header) => {
    const registry = new RegistryServer();
    onTestFinished(() => registry.close());
    const url = await registry.listen();
    const protocols = new Set<string>();
    const { server } = startServer({
      handlers: {
        sum: ({ left, right }, { peer }) => {
          protocols.add(peer.protocol);
          return left + right;
        },
      },
    });
    const [, port] = /:(\d+)$/.exec(await server.listen("tcp://127.0.0.1:0"))!;
    for (const entry of [`tcp@[::]:${port}`, `http@127.0.0.1:${port}`])
      await fetch(url + path, { method: "POST", headers: { [header]: entry } });
    for (const resolver of [
      httpRegistry({ url }).resolve(name),
      classicRegistry({ url: url + path }).resolve(name),
    ])
      expect(await sums(resolver)).toEqual([2, 3, 4, 5]);
    expect([...protocols]).toEqual(["classic"]);
  },
);

test.each([
  ["gorpc", "/_gorpc_/registry", "X-Gorpc-Server", "/_goprc_"],
  ["geerpc", "/_geerpc_/registry", "X-Geerpc-Server", "/_geeprc_"],
])("%s: an http@ entry is reached by CONNECT", async (name, path, header, connectPath) => {
  const registry = new RegistryServer();
  onTestFinished(() => registry.close());
  const url = await registry.listen();
  const peer = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void peer.close());
  const said = once(peer, "connection").then(async ([socket]: Socket[]) => {
    const [bytes] = (await once(socket!, "data")) as [Buffer];
    socket!.destroy();
    return bytes.toString().split("\n", 1)[0]!.trim();
  });
  await once(peer, "listening");
  const { port } = peer.address() as AddressInfo;
  await fetch(url + path, { method: "POST", headers: { [header]: `http@127.0.0.1:${port}` } });
  const channel = await connect(httpRegistry({ url }).resolve(name), { lazy: true });
  onTestFinished(() => channel.close());
  new ArithClient(channel).sum({ left: 1, right: 2 }).catch(() => {});
  expect(await said).toBe(`CONNECT ${connectPath} HTTP/1.0`);
});
