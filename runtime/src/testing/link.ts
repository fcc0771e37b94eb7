import type { Duplex } from "node:stream";
import { checkPlan, type FaultPlan } from "./faults.ts";
import { Pipe } from "./pipe.ts";
import { seededRandom } from "./random.ts";

/** A connection in two halves, and the faults between them. */
class Link {
  readonly #client: Duplex;
  readonly #server: Duplex;
  readonly #stop = new AbortController();
  readonly #onGone: (link: Link) => void;
  readonly #toServer: Pipe;
  readonly #toClient: Pipe;

  constructor(
    client: Duplex,
    server: Duplex,
    plan: FaultPlan,
    seeds: () => number,
    onGone: (link: Link) => void,
  ) {
    this.#client = client;
    this.#server = server;
    this.#onGone = onGone;
    for (const stream of [client, server]) {
      // What it fails with, its end tells.
      stream.on("error", () => {});
      stream.once("close", () => {
        if (this.isGone) this.cut();
      });
    }
    const { toServer = {}, toClient = {} } = plan;
    const { signal } = this.#stop;
    const cut = (): void => this.cut();
    this.#toServer = new Pipe(client, server, {
      faults: toServer,
      random: seededRandom(seeds()),
      signal,
      cut,
    });
    this.#toClient = new Pipe(server, client, {
      faults: toClient,
      random: seededRandom(seeds()),
      signal,
      cut,
    });
  }

  get isGone(): boolean {
    return this.#client.destroyed && this.#server.destroyed;
  }

  change({ toServer = {}, toClient = {} }: FaultPlan): void {
    this.#toServer.change(toServer);
    this.#toClient.change(toClient);
  }

  cut(): void {
    this.#stop.abort();
    this.#client.destroy();
    this.#server.destroy();
    this.#onGone(this);
  }
}

/** Connections whose bytes pass through faults. */
export class Links {
  readonly #open = new Set<Link>();
  #plan: FaultPlan;
  #seeds: () => number;

  /** @throws RangeError for a fault out of its range */
  constructor(plan: FaultPlan) {
    checkPlan(plan);
    this.#plan = plan;
    this.#seeds = seedsFrom(plan);
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Connects two streams. */
  join(client: Duplex, server: Duplex): void {
    const link = new Link(client, server, this.#plan, this.#seeds, (gone) => this.#open.delete(gone));
    // It may have been cut before its first byte.
    if (!link.isGone) this.#open.add(link);
    // One that was gone already says so to the other.
    if (client.destroyed) server.destroy();
    if (server.destroyed) client.destroy();
  }

  /** Other faults from now on, for the connections that are open too. */
  change(plan: FaultPlan): void {
    checkPlan(plan);
    this.#plan = plan;
    this.#seeds = seedsFrom(plan);
    for (const link of [...this.#open]) link.change(plan);
  }

  cut(): void {
    for (const link of [...this.#open]) link.cut();
  }
}

/** A seed for each direction of each connection. */
function seedsFrom({ seed = 1 }: FaultPlan): () => number {
  const random = seededRandom(seed);
  return () => Math.floor(random() * 2 ** 32);
}
