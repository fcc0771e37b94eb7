import { type AnyService, type CallOptions, type Channel, RpcError, type StatusCode } from "../index.ts";
import { HealthClient, ServiceUnknown, ServingStatus } from "./health.gorpc.ts";

/** Other codes say that a server is there, and will not or cannot tell: it has no health service, asks who wants to know, or is busy. */
const down: ReadonlySet<StatusCode> = new Set([
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/**
 * A check for `healthChecks()` of `@gorpc/runtime/balancer`: whether a server says that it takes calls. One without the health
 * service counts as up, and so does one that refuses the question, or is too busy for it: how busy servers are is for balancers.
 * @param service - whose status it is; the server's as a whole without it
 */
export function serving(
  service: AnyService | string = "",
): (channel: Channel, options: CallOptions) => Promise<void> {
  const name = typeof service === "string" ? service : service.typeName;
  return async (channel, options) => {
    const reason = await whyNot(channel, name, options);
    if (reason !== undefined) throw new Error(reason);
  };
}

/** Undefined for a server that is up. */
async function whyNot(channel: Channel, service: string, options: CallOptions): Promise<string | undefined> {
  try {
    const { status } = await new HealthClient(channel).check({ service }, options);
    if (status === ServingStatus.SERVING) return undefined;
    return `${service === "" ? "the server" : service} is not serving`;
  } catch (error) {
    if (error instanceof ServiceUnknown) return `the server knows no service ${service}`;
    if (error instanceof RpcError && !down.has(error.code)) return undefined;
    throw error;
  }
}
