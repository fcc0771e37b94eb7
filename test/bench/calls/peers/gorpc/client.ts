import { connect as open } from "@gorpc/runtime";
import type { Connect } from "../../peer.ts";
import { BenchClient } from "./echo.gorpc.ts";

export const connect: Connect = async (address) => {
  const client = new BenchClient(await open(address));
  return (message) => client.echo(message);
};
