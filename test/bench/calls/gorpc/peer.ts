/** @gorpc/runtime as it comes: deadlines, limits and metadata are on. */
import { connect, Server } from "@gorpc/runtime";
import type { Peer } from "../peer.ts";
import { Bench, BenchClient } from "./echo.gorpc.ts";

async function serve(): Promise<string> {
  const server = new Server();
  server.register(Bench, { echo: async (message) => message });
  return server.listen("tcp://127.0.0.1:0");
}

function portOf(address: string): number {
  return Number(new URL(address).port);
}

export const peer: Peer = {
  async serve() {
    return portOf(await serve());
  },

  async connect(port) {
    const client = new BenchClient(await connect(`tcp://127.0.0.1:${port}`));
    return (message) => client.echo(message);
  },
};

/** The same where handlers pass their deadlines on: in a process that also holds an open channel. */
export const propagating: Peer = {
  ...peer,
  async serve() {
    const address = await serve();
    await connect(address);
    return portOf(address);
  },
};
