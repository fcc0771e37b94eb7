import type { Duplex } from "node:stream";
import type { Address } from "./address.ts";
import { duplexPair } from "./node-stream.ts";
import type { Accept, Transport } from "./transport.ts";

type MemoryAddress = Extract<Address, { scheme: "memory" }>;

const listening = new Map<string, Accept>();

/** Within the process: names instead of ports, and the same bytes. */
export const memory: Transport<MemoryAddress> = {
  async dial({ name, text }) {
    const accept = listening.get(name);
    if (accept === undefined) throw new Error(`nothing listens at ${text} in this process`);
    return connectTo(accept, text);
  },
  async listen({ name, text }, accept) {
    if (listening.has(name)) throw new Error(`${text} is taken already in this process`);
    listening.set(name, accept);
    return {
      address: text,
      close: async () => {
        if (listening.get(name) === accept) listening.delete(name);
      },
    };
  },
};

/** Hands one end of a new stream to the server's side and returns the other. */
export function connectTo(accept: Accept, peer: string): Duplex {
  const [here, there] = duplexPair();
  // What a socket does for its peer: destroying one end ends the other.
  here.once("close", () => there.destroy());
  there.once("close", () => here.destroy());
  accept(there, { address: peer });
  return here;
}
