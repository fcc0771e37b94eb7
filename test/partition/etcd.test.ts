import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../bundle.ts";
import { startNodeUnder, startProgram, stop } from "../children.ts";
import { whyNoEtcd } from "../discovery/etcd-process.ts";
import { until } from "../e2e/waiting.ts";
import { type Host, Network } from "./network.ts";
import type { Told } from "./registry-process.ts";

let script: string;
let missing: string | undefined = whyNoEtcd;
beforeAll(async () => {
  missing ??= await Network.missing();
  if (missing === undefined)
    script = await bundle(new URL("registry-process.ts", import.meta.url), "partition-registry");
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

async function startEtcd(network: Network): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gorpc-etcd-"));
  const url = `http://${network.address("server")}:2379`;
  const [command, ...rest] = network.on("server");
  const options = [
    ...["--data-dir", join(folder, "data"), "--listen-client-urls", url, "--advertise-client-urls", url],
    // The shortest lease follows from it.
    ...["--heartbeat-interval", "50", "--election-timeout", "500"],
  ];
  const etcd = startProgram(command!, [...rest, "etcd", ...options], join(folder, "output"));
  onTestFinished(async () => {
    await stop(etcd);
    await rm(folder, { recursive: true });
  });
  return url;
}

/** A client on the other host, and what it has told so far. */
function startClient(network: Network, url: string) {
  const client = startNodeUnder(network.on("client"), script, [url]);
  onTestFinished(() => stop(client));
  const told: Told[] = [];
  const known = new Set<string>();
  let error: string | undefined;
  client.on("message", (each: Told) => {
    told.push(each);
    if (each.kind === "error") error = each.message;
    else if (each.change.kind === "remove") known.delete(each.change.id);
    else if (each.change.kind !== "snapshot") known.add(each.change.endpoint.id);
    else {
      known.clear();
      for (const { id } of each.change.endpoints) known.add(id);
    }
  });
  return {
    told,
    register: (id: string) => client.send(id),
    sees: (...ids: string[]) => until(() => [...known].sort().join() === ids.join()),
    fails: () => until(() => error !== undefined),
    recovers: () => until(() => error === undefined),
  };
}

describe(
  "etcd on the other side of a network that loses everything without a word",
  { timeout: 180_000 },
  () => {
    it.each<readonly [string, readonly Host[]]>([
      ["between the two", ["client", "server"]],
      ["on the way back", ["client"]],
    ])("%s, for longer than everyone's time to live: nobody is lost", async (_where, hosts) => {
      const network = await Network.make();
      onTestFinished(() => network.remove());
      const client = startClient(network, await startEtcd(network));
      await client.sees("a");
      client.register("b");
      await client.sees("a", "b");
      await network.drop(...hosts);
      await client.fails();
      await new Promise((resolve) => setTimeout(resolve, 2_400));
      await network.heal(...hosts);
      await client.recovers();
      client.register("c");
      await client.sees("a", "b", "c");
      expect(client.told.filter((each) => each.kind === "change" && each.change.kind === "remove")).toEqual(
        [],
      );
    });
  },
);
