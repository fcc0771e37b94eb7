import { connect, type Channel, RpcError } from "@gorpc/runtime";
import { peakEwma } from "@gorpc/runtime/balancer";
import type { Resolver } from "@gorpc/runtime/registry";
import { TilesClient } from "./tiles.gorpc.ts";

const atOnce = 24;

/** Callers that ask for one tile after the other. */
export class Load {
  readonly #channel: Channel;
  readonly #loops: Promise<unknown>;
  #isOver = false;
  #drawn = 0;
  /** Tiles since the last look, by who drew them. */
  #counts = new Map<string, number>();
  /** Who is waited for, and what goes on when they draw. */
  readonly #awaited = new Map<string, () => void>();
  /** What calls failed with, and how often. */
  readonly failures = new Map<string, number>();

  private constructor(channel: Channel) {
    this.#channel = channel;
    const tiles = new TilesClient(channel);
    this.#loops = Promise.all(Array.from({ length: atOnce }, (_, row) => this.#drawRow(tiles, row)));
  }

  static async start(resolver: Resolver): Promise<Load> {
    // A server that stands still is noticed after a second.
    const keepalive = { keepaliveInterval: 500, keepaliveTimeout: 500 };
    return new Load(await connect(resolver, { balancer: peakEwma(), ...keepalive }));
  }

  get drawn(): number {
    return this.#drawn;
  }

  /** Tiles since the last look, by who drew them. */
  look(): ReadonlyMap<string, number> {
    const counts = this.#counts;
    this.#counts = new Map();
    return counts;
  }

  /** Resolves when the server draws its next tile. */
  drawnBy(name: string): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(name, resolve));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#loops;
    await this.#channel.close();
  }

  async #drawRow(tiles: TilesClient, row: number): Promise<void> {
    for (let column = 0; !this.#isOver; column++) {
      try {
        const { drawnBy } = await tiles.draw({ zoom: 12, column, row });
        this.#drawn++;
        add(this.#counts, drawnBy);
        this.#awaited.get(drawnBy)?.();
      } catch (error) {
        add(this.failures, error instanceof RpcError ? error.code : String(error));
      }
    }
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
