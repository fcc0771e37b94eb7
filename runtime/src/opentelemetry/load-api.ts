import type * as OpenTelemetryApi from "@opentelemetry/api";

export type Api = typeof OpenTelemetryApi;

/**
 * Loads OpenTelemetry's API, which only those install who use it.
 * @throws Error that names the `npm install` (the promise rejects)
 */
export async function loadApi(): Promise<Api> {
  try {
    return await import("@opentelemetry/api");
  } catch (cause) {
    const command = "npm install @opentelemetry/api";
    throw new Error(
      `@gorpc/runtime/opentelemetry needs @opentelemetry/api, which could not be loaded: ${command}`,
      {
        cause,
      },
    );
  }
}
