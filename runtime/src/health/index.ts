/**
 * Whether a server takes calls, as a service that it offers.
 * @packageDocumentation
 */
export {
  Health,
  HealthClient,
  type HealthHandlers,
  HealthRequest,
  HealthResponse,
  ServiceUnknown,
  ServingStatus,
} from "./health.gorpc.ts";
export { type ChosenStatus, registerHealth, ServerHealth } from "./server-health.ts";
export { serving } from "./serving.ts";
