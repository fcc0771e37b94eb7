import type { Histogram, Meter } from "@opentelemetry/api";
import type { ClientInterceptor } from "../client/interceptor.ts";
import { FailureReport } from "../observation/failure-report.ts";
import { observeClient, observeServer } from "../observation/interceptors.ts";
import { Watch } from "../observation/watch.ts";
import type { ServerInterceptor } from "../server/interceptor.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { ClientTracer, type Instruments, ServerTracer } from "./call-tracer.ts";
import { loadApi } from "./load-api.ts";
import type { OpenTelemetryOptions } from "./options.ts";

/** Interceptors that trace and measure each call. */
export interface OpenTelemetry {
  /** Traces and measures the calls of channels: for `interceptors` of `connect`. */
  readonly client: ClientInterceptor;
  /** Traces and measures the calls that come in: for `interceptors` of `new Server`. */
  readonly server: ServerInterceptor;
}

/** In s, as the conventions have them. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const names: OptionNames<OpenTelemetryOptions> = {
  tracerProvider: true,
  meterProvider: true,
  propagator: true,
  logger: true,
};

/**
 * Makes interceptors that trace and measure calls by OpenTelemetry's conventions for RPC; put them first.
 * @throws Error that names the `npm install` where `@opentelemetry/api` is missing (the promise rejects)
 */
export async function openTelemetry(options: OpenTelemetryOptions = {}): Promise<OpenTelemetry> {
  checkNames("openTelemetry()", names, options);
  const api = await loadApi();
  const scope = "@gorpc/runtime";
  const tracer = (options.tracerProvider ?? api.trace.getTracerProvider()).getTracer(scope);
  const meter = (options.meterProvider ?? api.metrics.getMeterProvider()).getMeter(scope);
  const propagator = options.propagator ?? api.propagation;
  const report = new FailureReport("OpenTelemetry failed; further failures are not reported", options.logger);
  const instruments = (side: "client" | "server"): Instruments => ({
    api,
    tracer,
    propagator,
    durations: durationsOf(meter, side),
  });
  return {
    client: observeClient(new Watch(new ClientTracer(instruments("client")), report)),
    server: observeServer(new Watch(new ServerTracer(instruments("server")), report)),
  };
}

function durationsOf(meter: Meter, side: "client" | "server"): Histogram {
  const direction = side === "client" ? "outbound" : "inbound";
  return meter.createHistogram(`rpc.${side}.call.duration`, {
    description: `Measures the duration of ${direction} remote procedure calls (RPC).`,
    unit: "s",
    advice: { explicitBucketBoundaries: boundaries },
  });
}
