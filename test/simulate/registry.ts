import type { Client } from "./client.ts";
import type { Fleet } from "./fleet.ts";

/** Tells clients which servers there are, to each those of its part. */
export class Registry {
  readonly #fleet: Fleet;
  readonly #clients: readonly Client[];
  readonly #isThere: Uint8Array;
  /** By client: the servers that it was told of last. */
  readonly #told: Uint16Array[];

  constructor(fleet: Fleet, clients: readonly Client[]) {
    this.#fleet = fleet;
    this.#clients = clients;
    this.#isThere = new Uint8Array(fleet.shape.servers).fill(1);
    this.#told = clients.map(() => new Uint16Array());
    this.#tell();
  }

  remove(servers: readonly number[]): void {
    for (const server of servers) this.#isThere[server] = 0;
    this.#tell();
  }

  add(servers: readonly number[]): void {
    for (const server of servers) this.#isThere[server] = 1;
    this.#tell();
  }

  #tell(): void {
    const { endpoints, orders } = this.#fleet;
    for (const [i, client] of this.#clients.entries()) {
      const part = this.#partOf(orders[i]!);
      if (isSame(part, this.#told[i]!)) continue;
      this.#told[i] = part;
      client.learn(Array.from(part, (server) => endpoints[server]!));
    }
  }

  #partOf(order: Uint16Array): Uint16Array {
    const part = new Uint16Array(this.#fleet.shape.known);
    let size = 0;
    for (let at = 0; at < order.length && size < part.length; at++)
      if (this.#isThere[order[at]!] === 1) part[size++] = order[at]!;
    return part.subarray(0, size);
  }
}

function isSame(one: Uint16Array, other: Uint16Array): boolean {
  return one.length === other.length && one.every((server, i) => server === other[i]);
}
