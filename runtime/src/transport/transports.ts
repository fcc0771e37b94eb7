import type { Duplex } from "node:stream";
import type { Address } from "./address.ts";
import { memory } from "./memory.ts";
import { tcp, unix } from "./socket.ts";
import type { TlsDial } from "./tls-client.ts";
import type { Accept, Listener } from "./transport.ts";

/** Connects to an address over the transport that it names. */
export function dial(address: Address, signal: AbortSignal, tls: TlsDial): Promise<Duplex> {
  switch (address.scheme) {
    case "tcp":
      return tcp.dial(address, signal);
    case "tls":
      return import("./tls-client.ts").then(({ dialTls }) => dialTls(address, signal, tls));
    case "unix":
      return unix.dial(address, signal);
    case "memory":
      return memory.dial(address, signal);
  }
}

/**
 * Listens at an address over the transport that it names. Where that is TLS, what is accepted has yet to shake hands.
 * @throws Error (the promise rejects) that says why it cannot and what helps, with the system's code
 */
export async function listen(address: Address, accept: Accept): Promise<Listener> {
  try {
    return await listenOver(address, accept);
  } catch (error) {
    // Loaded here: who dials needs none of it.
    const { listenFailure } = await import("./listen-failure.ts");
    throw listenFailure(address.text, address.scheme === "unix" ? "path" : "port", error);
  }
}

function listenOver(address: Address, accept: Accept): Promise<Listener> {
  switch (address.scheme) {
    case "tcp":
    case "tls":
      return tcp.listen(address, accept);
    case "unix":
      return unix.listen(address, accept);
    case "memory":
      return memory.listen(address, accept);
  }
}
