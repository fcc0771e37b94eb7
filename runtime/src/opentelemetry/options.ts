import type { MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import type { Logger } from "../logger.ts";

/** What puts a context into metadata and takes it out. */
export type Propagator = Pick<TextMapPropagator, "inject" | "extract">;

/** Where spans and measurements go: what is registered with OpenTelemetry's API, unless others are given. */
export interface OpenTelemetryOptions {
  /** Gets the spans. @defaultValue the API's global one */
  readonly tracerProvider?: TracerProvider;
  /** Gets the durations. @defaultValue the API's global one */
  readonly meterProvider?: MeterProvider;
  /** Puts the trace into calls' metadata, and finds it there. @defaultValue the API's global one */
  readonly propagator?: Propagator;
  /** Told once where OpenTelemetry fails, which fails no call. @defaultValue silent */
  readonly logger?: Logger;
}
