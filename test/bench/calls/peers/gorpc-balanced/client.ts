/** The default balancer over all servers, with outlier detection. */
import { connect as open } from "@gorpc/runtime";
import { staticResolver } from "@gorpc/runtime/registry";
import type { Connect } from "../../peer.ts";
import { BenchClient } from "../gorpc/echo.gorpc.ts";

export const connect: Connect = async (addresses) => {
  const channel = await open(staticResolver(addresses.split(",")), { outlierEjection: true });
  const client = new BenchClient(channel);
  return (message) => client.echo(message);
};
