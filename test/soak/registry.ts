import { etcdRegistry } from "@gorpc/runtime/etcd";
import { httpRegistry, type Registry, RegistryServer } from "@gorpc/runtime/registry";
import { Etcd, whyNoEtcd } from "../discovery/etcd-process.ts";

export const registryKinds = ["embedded", "etcd"] as const;
export type RegistryKind = (typeof registryKinds)[number];

/** How long a registration outlives its server, in ms: the shortest that etcd allows. */
export const ttl = 2_000;

/** What processes of the soak register with and look in. */
export function registryAt(kind: RegistryKind, url: string): Registry {
  return kind === "etcd" ? etcdRegistry({ hosts: url, ttl }) : httpRegistry({ url, ttl });
}

/** A registry that goes away without a word, and comes back at its address without what it knew. */
export interface FailingRegistry {
  readonly url: string;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

/** @throws Error where there is none on this machine */
export function startRegistry(kind: RegistryKind): Promise<FailingRegistry> {
  return kind === "etcd" ? startEtcd() : startEmbedded();
}

async function startEtcd(): Promise<FailingRegistry> {
  if (whyNoEtcd !== undefined) throw new Error(whyNoEtcd);
  const [etcd] = (await Etcd.start(1)) as [Etcd];
  return {
    url: etcd.url,
    kill: () => etcd.kill(),
    async startAgain() {
      await etcd.wipe();
      await etcd.start();
    },
    remove: () => etcd.remove(),
  };
}

async function startEmbedded(): Promise<FailingRegistry> {
  let server = new RegistryServer();
  const url = await server.listen();
  return {
    url,
    kill: () => server.close(),
    async startAgain() {
      server = new RegistryServer();
      await server.listen(url);
    },
    remove: () => server.close(),
  };
}

/** Waits until so many servers are registered; tells how long that took, in ms. */
export async function registered(
  registry: Registry,
  name: string,
  count: number,
  patience: number,
): Promise<number> {
  const began = performance.now();
  const known = new Set<string>();
  for await (const change of registry.resolve(name).watch(AbortSignal.timeout(patience))) {
    if (change.kind === "snapshot") for (const { id } of change.endpoints) known.add(id);
    else if (change.kind !== "remove") known.add(change.endpoint.id);
    else known.delete(change.id);
    if (known.size === count) return performance.now() - began;
  }
  throw new Error(`${known.size} of ${count} servers were registered within ${patience} ms`);
}
