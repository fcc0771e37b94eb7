/** What a user writes in JavaScript who has not installed OpenTelemetry. */
import { callLog } from "@gorpc/runtime/logging";
import { CallMetrics } from "@gorpc/runtime/metrics";
import { openTelemetry } from "@gorpc/runtime/opentelemetry";

const failure = await openTelemetry().catch((error) => error);

console.log(
  JSON.stringify({
    log: Object.keys(callLog({ write() {} })),
    metrics: new CallMetrics().prometheus(),
    failure: failure.message,
  }),
);
