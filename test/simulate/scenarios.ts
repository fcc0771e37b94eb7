import { zoneOf } from "./shape.ts";
import type { World } from "./simulation.ts";

export interface Scenario {
  readonly name: string;
  /** What happens, for people. */
  readonly what: string;
  readonly plan: (world: World) => void;
}

/** Until what happens in the registry has reached clients, in ms. */
const push = 10;
/** From when a server ends until the next one of its name is there, in ms. */
const restartTime = 1_000;
/** Waves of a rolling restart. */
const waves = 10;

export const scenarios: readonly Scenario[] = [
  { name: "steady", what: "nothing happens", plan: () => {} },
  {
    name: "slow tenth",
    what: "a tenth of the servers takes five times as long",
    plan(world) {
      world.at(0, () => {
        for (const server of everyNth(world, 10)) world.servers.slowDown(server, 5);
      });
    },
  },
  {
    name: "fails fast",
    what: "one server in a hundred, or the only one, answers every call with an error after 1 ms",
    plan(world) {
      world.at(0, () => {
        for (const server of everyNth(world, 100)) world.servers.become(server, "failing");
      });
    },
  },
  {
    name: "zone lost",
    what: "the servers of a zone of three are gone without a word; their leases expire 7 to 10 s later",
    plan(world) {
      const zone = serversWhere(world, (server) => zoneOf(world.shape, server) === 0);
      world.at(0, () => {
        for (const server of zone) world.servers.become(server, "lost");
      });
      // The TTL is 10 s, and leases are renewed each third of it.
      const steps = 30;
      for (let step = 0; step < steps; step++) {
        const expired = zone.filter((_, i) => i % steps === step);
        world.at(6_667 + (3_333 * step) / steps + push, () => world.registry.remove(expired));
      }
    },
  },
  {
    name: "rolling restart",
    what: `the servers restart, a tenth at a time; each is back ${restartTime / 1_000} s later`,
    plan(world) {
      const gap = (world.shape.measured - restartTime) / waves;
      for (let wave = 0; wave < waves; wave++)
        restart(
          world,
          wave * gap,
          serversWhere(world, (server) => server % waves === wave),
        );
    },
  },
  {
    name: "cold caches",
    what: "a tenth of the servers restarts and is back with empty caches: a key's first call takes five times as long",
    plan(world) {
      const restarting = everyNth(world, 10);
      restart(world, 0, restarting);
      world.at(restartTime, () => {
        for (const server of restarting) world.servers.clearCache(server);
      });
    },
  },
];

function restart(world: World, time: number, servers: readonly number[]): void {
  world.at(time, () => {
    for (const server of servers) world.servers.become(server, "draining");
  });
  world.at(time + push, () => world.registry.remove(servers));
  world.at(time + restartTime, () => {
    for (const server of servers) world.servers.become(server, "up");
  });
  world.at(time + restartTime + push, () => world.registry.add(servers));
}

function everyNth(world: World, n: number): number[] {
  return serversWhere(world, (server) => server % n === 0);
}

function serversWhere({ shape }: World, condition: (server: number) => boolean): number[] {
  return Array.from({ length: shape.servers }, (_, server) => server).filter(condition);
}
