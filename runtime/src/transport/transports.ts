import type { Duplex } from "node:stream";
import type { Address } from "./address.ts";
import { memory } from "./memory.ts";
import { tcp, unix } from "./socket.ts";
import type { Listener } from "./transport.ts";

/** Connects to an address over the transport that it names. */
export function dial(address: Address, signal: AbortSignal): Promise<Duplex> {
  switch (address.scheme) {
    case "tcp":
      return tcp.dial(address, signal);
    case "unix":
      return unix.dial(address, signal);
    case "memory":
      return memory.dial(address, signal);
  }
}

/** Listens at an address over the transport that it names. */
export function listen(address: Address, accept: (stream: Duplex, peer: string) => void): Promise<Listener> {
  switch (address.scheme) {
    case "tcp":
      return tcp.listen(address, accept);
    case "unix":
      return unix.listen(address, accept);
    case "memory":
      return memory.listen(address, accept);
  }
}
