import { etcdRegistry } from "@gorpc/runtime/etcd";
import { httpRegistry, type Registry } from "@gorpc/runtime/registry";
import type { RegistryKind } from "./options.ts";

/** In ms: a server that falls silent is gone after this. */
const ttl = 2_000;

/** All that depends on which registry it is. */
const makers: Readonly<Record<RegistryKind, (url: string) => Registry>> = {
  embedded: (url) => httpRegistry({ url, ttl }),
  etcd: (url) => etcdRegistry({ hosts: url, ttl }),
};

export function registryAt(kind: RegistryKind, url: string): Registry {
  return makers[kind](url);
}
