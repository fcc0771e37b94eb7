import { etcdRegistry, type EtcdRegistryOptions } from "@gorpc/runtime/etcd";
import type { Endpoint, EndpointChange, Lease, Registry, Resolver } from "@gorpc/runtime/registry";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import { until } from "../e2e/waiting.ts";
import { base64, Etcd, whyNoEtcd } from "./etcd-process.ts";

/** A cluster for the tests of one group, which are skipped where there is no etcd. */
export function cluster(...[size, options]: Parameters<typeof Etcd.start>): Etcd[] {
  const members: Etcd[] = [];
  beforeEach((context) => {
    if (whyNoEtcd !== undefined) context.skip(whyNoEtcd);
  });
  beforeAll(async () => {
    if (whyNoEtcd === undefined) members.push(...(await Etcd.start(size, options)));
  });
  afterAll(() => Promise.all(members.map((member) => member.remove())));
  return members;
}

/** The shortest waits in which a busy machine can still be counted on to renew a lease. */
export const hurried = { ttl: 2_000, requestTimeout: 400, random: () => 0 };

/** For who must not be told of a time limit instead: passwords and handshakes are slow to check. */
export const patient = { ttl: 60_000, requestTimeout: 10_000 };

/** In ms: longer than any lease lives that is not renewed. */
export const lifetime = 2_400;

export function registryAt(members: readonly Etcd[], options: Partial<EtcdRegistryOptions> = {}): Registry {
  return etcdRegistry({ hosts: members.map(({ url }) => url), ...hurried, ...options });
}

let names = 0;

/** A name that no other test uses. */
export function newName(): string {
  return `s${names++}`;
}

export function endpoint(id: string): Endpoint {
  return { id, address: `tcp://${id}:1` };
}

/** Registers endpoints of these ids until the test is over. */
export async function register(registry: Registry, name: string, ...ids: string[]): Promise<Lease[]> {
  const leases = await Promise.all(ids.map((id) => registry.register({ name, endpoint: endpoint(id) })));
  onTestFinished(async () => {
    await Promise.all(leases.map((lease) => lease.withdraw()));
  });
  return leases;
}

/** Follows a resolver until the test is over. */
export function watch(resolver: Resolver) {
  const controller = new AbortController();
  const changes: EndpointChange[] = [];
  const alive = new Set<string>();
  const run = (async () => {
    for await (const change of resolver.watch(controller.signal)) {
      changes.push(change);
      if (change.kind === "remove") alive.delete(change.id);
      else if (change.kind !== "snapshot") alive.add(change.endpoint.id);
      else {
        alive.clear();
        for (const { id } of change.endpoints) alive.add(id);
      }
    }
  })();
  const stop = (): Promise<void> => {
    controller.abort();
    return run;
  };
  onTestFinished(stop);
  const snapshots = (): number => changes.filter(({ kind }) => kind === "snapshot").length;
  return {
    changes,
    stop,
    /** Waits until there was a snapshot, and exactly these are known. */
    sees: (...ids: string[]) =>
      until(() => snapshots() > 0 && [...alive].sort().join() === ids.sort().join()),
    /** Waits for one more snapshot than there are now. */
    nextSnapshot: (): Promise<void> => {
      const before = snapshots();
      return until(() => snapshots() > before);
    },
  };
}

/** For the rest of the test, unless it is resumed earlier. */
export function pause(etcd: Etcd): void {
  etcd.pause();
  onTestFinished(() => etcd.resume());
}

export interface Stored {
  readonly value: string;
  readonly lease?: string;
}

/** What etcd itself has at an endpoint's key, whatever watchers believe. */
export async function stored(etcd: Etcd, name: string, id: string): Promise<Stored | undefined> {
  const { kvs } = await etcd.ask("kv/range", { key: base64(`/gorpc/${name}/${id}`) });
  return (kvs as Stored[] | undefined)?.[0];
}

export async function areStored(etcd: Etcd, name: string, ...ids: string[]): Promise<boolean> {
  const all = await Promise.all(ids.map((id) => stored(etcd, name, id)));
  return !all.includes(undefined);
}

export function removals(changes: readonly EndpointChange[]): EndpointChange[] {
  return changes.filter(({ kind }) => kind === "remove");
}

export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
