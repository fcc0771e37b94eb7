/** Spans and measurements of calls for OpenTelemetry. */
export { openTelemetry, type OpenTelemetry } from "./open-telemetry.ts";
export type { OpenTelemetryOptions, Propagator } from "./options.ts";
