import type { AnyService, Server } from "../index.ts";
import { describeServices } from "./describe.ts";
import { DocIndex } from "./doc-index.ts";
import { Reflection, type ServiceList, ServiceUnknown } from "./reflection.gorpc.ts";

/**
 * Lets a server describe what it serves, this service too, to everybody who can call it.
 * @throws Error where it does so already
 */
export function registerReflection(server: Server): void {
  server.register(Reflection, {
    listServices: () => listServices(server.services),
    describe: ({ services }) => describeServices(chosen(server.services, services)),
  });
}

function listServices(services: readonly AnyService[]): ServiceList {
  const docs = new DocIndex(services);
  return { services: services.map(({ typeName }) => ({ name: typeName, ...docs.of(typeName) })) };
}

/** Those of the names, each once; all where there is no name. */
function chosen(services: readonly AnyService[], names: readonly string[]): readonly AnyService[] {
  if (names.length === 0) return services;
  const byName = new Map(services.map((service) => [service.typeName, service]));
  return [...new Set(names)].map((name) => {
    const service = byName.get(name);
    if (service === undefined) throw new ServiceUnknown({ service: name });
    return service;
  });
}
