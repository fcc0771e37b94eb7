import type { Duplex } from "node:stream";
import { type Address, parseAddress } from "../transport/address.ts";
import { memory } from "../transport/memory.ts";
import { tcp, unix } from "../transport/socket.ts";
import { listen } from "../transport/transports.ts";
import { checkNames } from "../option-names.ts";
import type { FaultPlan } from "./faults.ts";
import { Links } from "./link.ts";

/** Stands between clients and a server. */
export interface FaultyProxy {
  /** Where clients connect instead of at the server. */
  readonly address: string;
  /** Connections through it that are open on either side. */
  readonly connections: number;
  /**
   * Other faults from now on, for open connections too; bytes are counted anew, and chosen by the new seed.
   * @throws RangeError for a fault out of its range
   */
  change(plan: FaultPlan): void;
  /** Cuts all connections. */
  cut(): void;
  /** Takes no more connections, and cuts those that it has. */
  close(): Promise<void>;
}

/** Where a proxy listens. */
export interface FaultyProxyOptions {
  /**
   * Any address that a server can listen at.
   * @defaultValue `tcp://127.0.0.1:0`, and `tls://127.0.0.1:0` before a server with TLS
   */
  readonly listen?: string;
}

/**
 * A proxy to a server, on any transport, that does to the bytes what the plan says. TLS goes through it as it is: the faults are
 * those of the bytes on the wire, and the server's certificate has to name the proxy's host, or the channel the server.
 * @param target - the server's address
 * @throws RangeError (the promise rejects) for a fault out of its range
 */
export async function faultyProxy(
  target: string,
  plan: FaultPlan = {},
  options: FaultyProxyOptions = {},
): Promise<FaultyProxy> {
  checkNames("faultyProxy()", { listen: true }, options);
  const links = new Links(plan);
  const server = parseAddress(target);
  const isTls = server.scheme === "tls";
  const stop = new AbortController();
  const accept = (client: Duplex): void => {
    client.on("error", () => {});
    dialBelow(server, stop.signal).then(
      (stream) => links.join(client, stream),
      () => client.destroy(),
    );
  };
  const listener = await listen(
    parseAddress(options.listen ?? `${isTls ? "tls" : "tcp"}://127.0.0.1:0`),
    accept,
  );
  return {
    address: listener.address,
    get connections() {
      return links.connections;
    },
    change: (next) => links.change(next),
    cut: () => links.cut(),
    close: async () => {
      stop.abort(new Error("the proxy is closed"));
      links.cut();
      await listener.close();
    },
  };
}

/** Dials what a transport goes over: the client shakes hands itself. */
function dialBelow(address: Address, signal: AbortSignal): Promise<Duplex> {
  switch (address.scheme) {
    case "tcp":
    case "tls":
      return tcp.dial(address, signal);
    case "unix":
      return unix.dial(address, signal);
    case "memory":
      return memory.dial(address, signal);
  }
}
