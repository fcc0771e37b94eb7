import type { MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import type { Logger } from "../logger.ts";

/** What puts a context into metadata and takes it out. */
export type Propagator = Pick<TextMapPropagator, "inject" | "extract">;

/** Where spans and measurements go: what is registered with OpenTelemetry's API, unless others are given. */
export interface OpenTelemetryOptions {
  readonly tracerProvider?: TracerProvider;
  readonly meterProvider?: MeterProvider;
  readonly propagator?: Propagator;
  /** Told once where OpenTelemetry fails, which fails no call. @defaultValue silent */
  readonly logger?: Logger;
}
