import type { Attributes } from "@opentelemetry/api";
import type { ObservedCall, Outcome } from "../observation/observed-call.ts";
import { parseAddress } from "../transport/address.ts";

/** Names of OpenTelemetry's conventions for RPC, as of their stable form. */
const names = {
  system: "rpc.system.name",
  method: "rpc.method",
  status: "rpc.response.status_code",
  errorType: "error.type",
} as const;

/** What `rpc.method` is, and the span's name: `shop.v1.Shop/Get`. */
export function methodName({ method }: ObservedCall): string {
  return method.path.slice(1);
}

/** What is known of a call at its beginning, on a client: what samplers may look at. */
export function clientAttributes(call: ObservedCall): Attributes {
  return { ...commonAttributes(call), ...place(call.peer, "server.address", "server.port") };
}

/** What is known of a call at its beginning, on a server, without who calls: that would be a series per caller. */
export function commonAttributes(call: ObservedCall): Attributes {
  return { [names.system]: "gorpc", [names.method]: methodName(call) };
}

/** Who calls. */
export function callerAttributes(call: ObservedCall): Attributes {
  return place(call.peer, "network.peer.address", "network.peer.port");
}

/** How a call ended. */
export function endAttributes(outcome: Outcome, isError: boolean): Attributes {
  return { [names.status]: outcome, ...(isError && { [names.errorType]: outcome }) };
}

/** An address as attributes; what has no port, and what a resolver looks for, stands as it is. */
function place(text: string, addressName: string, portName: string): Attributes {
  try {
    const address = parseAddress(text);
    if ("port" in address) return { [addressName]: address.host, [portName]: address.port };
    return { [addressName]: address.scheme === "unix" ? address.path : address.name };
  } catch {
    return { [addressName]: text };
  }
}
