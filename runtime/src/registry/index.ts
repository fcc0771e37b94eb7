export type { Endpoint, EndpointChange, Lease, Registration, Registry, Resolver } from "./resolver.ts";
export { RegistryServer, type RegistryServerOptions } from "./embedded/registry-server.ts";
export type { RegistryLimits } from "./embedded/limits.ts";
export { httpRegistry, type HttpRegistryOptions } from "./http-registry.ts";
export { classicRegistry, type ClassicRegistryOptions } from "./classic/classic-registry.ts";
export { staticResolver, type StaticEndpoint } from "./static.ts";
export { dnsResolver, type DnsResolverOptions } from "./dns.ts";
export type { DnsAddress, DnsLookup, DnsService } from "./dns-lookup.ts";
export { fileResolver, type FileResolverOptions } from "./file.ts";
