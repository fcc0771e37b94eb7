/**
 * What a server serves, as a service that it offers.
 * @packageDocumentation
 */
export { describeServices } from "./describe.ts";
export * from "./reflection.gorpc.ts";
export { registerReflection } from "./register.ts";
