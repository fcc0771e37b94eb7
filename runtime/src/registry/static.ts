import { checkNames, type OptionNames } from "../option-names.ts";
import { checkObject } from "./check.ts";
import { asTypeError } from "./client-options.ts";
import { checkEndpoint } from "./endpoint.ts";
import type { Endpoint, EndpointChange, Resolver } from "./resolver.ts";

const names: OptionNames<StaticEndpoint> = {
  id: true,
  address: true,
  protocol: true,
  path: true,
  services: true,
  weight: true,
  zone: true,
  metadata: true,
};

/**
 * A resolver of endpoints that are known in advance.
 * @param endpoints - addresses as `connect` takes them, or endpoints with more to say; at least one
 * @throws TypeError for an empty list, an endpoint of the wrong form, and an id that occurs twice
 */
export function staticResolver(endpoints: readonly (string | StaticEndpoint)[]): Resolver {
  if (endpoints.length === 0) throw new TypeError("staticResolver takes at least one endpoint");
  // Not in a file, nor from a registry: those may say what a later version knows.
  for (const each of endpoints)
    if (typeof each === "object") checkNames("an endpoint of staticResolver()", names, each);
  const known = completeEndpoints(endpoints, "staticResolver");
  return {
    target: known.length === 1 ? known[0]!.address : `${known.length} static endpoints`,
    async *watch(): AsyncIterable<EndpointChange> {
      yield { kind: "snapshot", endpoints: known };
    },
  };
}

/** An endpoint that may leave out its id, which is its address then. */
export type StaticEndpoint = Omit<Endpoint, "id"> & { readonly id?: string | undefined };

/**
 * The endpoints of a list that people write.
 * @param taker - what was given the list, for messages
 * @throws TypeError for an endpoint of the wrong form, and an id that occurs twice
 */
export function completeEndpoints(list: readonly unknown[], taker: string): readonly Endpoint[] {
  const known = list.map(complete);
  const ids = new Set<string>();
  for (const { id } of known) {
    if (ids.has(id))
      throw new TypeError(`${taker} was given ${id} twice: give each endpoint an id of its own`);
    ids.add(id);
  }
  return known;
}

function complete(given: unknown, index: number): Endpoint {
  const path = `endpoints[${index}]`;
  return asTypeError(() => {
    const endpoint: Readonly<Record<string, unknown>> =
      typeof given === "string" ? { address: given } : checkObject(given, path);
    return checkEndpoint({ ...endpoint, id: endpoint["id"] ?? endpoint["address"] }, path);
  });
}
