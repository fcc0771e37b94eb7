import { Random } from "./random.ts";

/** One fault: when it begins, in ms after the first, whom it hits, and how long it lasts. */
export interface Fault {
  readonly at: number;
  readonly kind: FaultKind;
  /** Which server or caller. */
  readonly target: number;
  /** In ms; for a process that is killed, until its successor starts. */
  readonly lasts: number;
}

/**
 * `kill`: SIGKILL. `freeze`: SIGSTOP, later SIGCONT. `reset`, `end`: the server's connections are cut. `hold`: nothing passes to or
 * from the server. `slow`: all that does takes its time. `restart`: it drains while its successor is there already.
 */
export type FaultKind =
  | "kill-server"
  | "kill-caller"
  | "freeze-server"
  | "freeze-caller"
  | "reset"
  | "end"
  | "hold"
  | "slow"
  | "restart";

export interface Fleet {
  readonly servers: number;
  readonly callers: number;
}

/** Pauses between one fault and the next are of this order, in ms, divided by the servers that they hit. */
const pause = 2_100;
/** Between the restarts of one server, in ms. */
const restartEvery = 6_000;

/** Faults of every kind for so many ms: follows from the seed alone. */
export function stormOf(seed: string, milliseconds: number, fleet: Fleet): Fault[] {
  const random = new Random(`${seed}/storm`);
  const faults: Fault[] = [];
  const apart = pause / fleet.servers;
  for (let at = 0; at < milliseconds; at += random.integer(Math.ceil(apart / 4), Math.ceil(2 * apart))) {
    const kind = random.pick<FaultKind>([
      ["kill-server", 4],
      ["kill-caller", 2],
      ["freeze-server", 3],
      ["freeze-caller", 2],
      ["reset", 4],
      ["end", 3],
      ["hold", 3],
      ["slow", 3],
      ["restart", 3],
    ]);
    const among = kind.endsWith("caller") ? fleet.callers : fleet.servers;
    const lasts = random.integer(50, 2_500);
    faults.push({ at, kind, target: random.integer(0, among - 1), lasts });
  }
  return faults;
}

/** One graceful restart of each server after the other, each once at least. */
export function restartsOf(milliseconds: number, { servers }: Fleet): Fault[] {
  const count = Math.max(servers, Math.floor((milliseconds * servers) / restartEvery));
  return Array.from({ length: count }, (_, i) => ({
    at: (i * milliseconds) / count,
    kind: "restart",
    target: i % servers,
    lasts: 0,
  }));
}
