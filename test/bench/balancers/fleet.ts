import type { AnyMethod } from "@gorpc/runtime";
import type { CallInfo, Candidate } from "@gorpc/runtime/balancer";

/** A server as a balancer sees it: numbers behind accessors, as a channel has them. */
class Server implements Candidate {
  readonly endpoint: Candidate["endpoint"];
  readonly load = undefined;
  #inFlight = 0;

  constructor(index: number) {
    this.endpoint = {
      id: `orders-${index}`,
      address: `tcp://10.0.${index >> 8}.${index & 255}:9000`,
      weight: 1 + (index % 3),
      zone: index % 3 === 0 ? "a" : "b",
    };
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  begin(): void {
    this.#inFlight++;
  }

  end(): void {
    this.#inFlight--;
  }
}

export type Fleet = readonly Server[];

export function fleetOf(size: number): Fleet {
  return Array.from({ length: size }, (_, index) => new Server(index));
}

/** Calls with keys of 16 characters, the same ones each time. */
export function callsTo(all: Fleet, count: number): CallInfo[] {
  const method = { path: "/orders.v1.Orders/Get" } as AnyMethod;
  return Array.from({ length: count }, (_, i) => {
    const request = { key: `customer-${String(i * 7_919).padStart(7, "0")}` };
    return { method, request, all };
  });
}
