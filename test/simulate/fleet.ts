import { subset } from "@gorpc/runtime/balancer";
import type { Endpoint, Resolver } from "../../runtime/src/registry/resolver.ts";
import { type Shape, zoneName, zoneOf } from "./shape.ts";

const prefix = "server-";

/** Servers, and which of them each client knows. */
export interface Fleet {
  readonly shape: Shape;
  readonly endpoints: readonly Endpoint[];
  /**
   * By client, all servers in the order in which the runtime's `subset` takes them: as many as a client knows, of those that are
   * there, are its own. The same one for each client where each knows all.
   */
  readonly orders: readonly Uint16Array[];
}

export async function fleetOf(shape: Shape): Promise<Fleet> {
  const endpoints = Array.from({ length: shape.servers }, (_, server) => ({
    id: `${prefix}${server}`,
    address: `tcp://10.0.${server >> 8}.${server & 255}:9000`,
    zone: zoneName(zoneOf(shape, server)),
  }));
  return { shape, endpoints, orders: await ordersOf(shape, endpoints) };
}

export function serverOf({ id }: Endpoint): number {
  return Number(id.slice(prefix.length));
}

async function ordersOf(shape: Shape, endpoints: readonly Endpoint[]): Promise<Uint16Array[]> {
  const all = Uint16Array.from(endpoints.keys());
  if (shape.known === shape.servers) return new Array<Uint16Array>(shape.clients).fill(all);
  const resolver: Resolver = {
    target: "fleet",
    async *watch() {
      yield { kind: "snapshot", endpoints };
    },
  };
  const orders: Uint16Array[] = [];
  for (let client = 0; client < shape.clients; client++) {
    const part = subset(resolver, { size: shape.servers, client: `${shape.seed}-${client}` });
    for await (const change of part.watch(new AbortController().signal))
      if (change.kind === "snapshot") orders.push(Uint16Array.from(change.endpoints, serverOf));
  }
  return orders;
}
