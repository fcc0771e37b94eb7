import type { Job } from "./soak.gorpc.ts";
import type { Random } from "./random.ts";

export type Kind = "one" | "down" | "up" | "both";

/** One call, all that it does, and so all that it must give. */
export interface Plan {
  readonly kind: Kind;
  readonly job: Job;
  /** Pieces that are sent, each of so many bytes. */
  readonly pieces: number;
  readonly pieceSize: number;
  /** In ms. */
  readonly timeout: number;
  /** Before each piece is sent and after each is read, in ms. */
  readonly pause: number;
  /** How the caller leaves early, and when: after ms, or after messages of the stream. */
  readonly leaves: { readonly how: "abort" | "break" | "throw"; readonly after: number } | undefined;
}

const KiB = 1024;

/** Below it, in ms, a deadline may pass on a machine that is busy. */
export const tight = 5_000;

/** The next call of a caller. Half of a fleet's bytes lie in few large messages, most of its calls are small. */
export function nextPlan(random: Random, id: string): Plan {
  const kind = random.pick<Kind>([
    ["one", 60],
    ["down", 15],
    ["up", 12],
    ["both", 13],
  ]);
  const answers = kind === "one" || kind === "up" ? 1 : countOf(random);
  const pieces = kind === "one" ? 1 : kind === "down" ? 0 : kind === "both" ? answers : countOf(random);
  const leaves = random.chance(0.08) ? leaveOf(random, kind) : undefined;
  return {
    kind,
    pieces,
    job: {
      id,
      answers,
      size: sizeOf(random, answers),
      takes: random.chance(0.15) ? random.integer(1, 30) : 0,
      failsAfter: random.chance(0.06) ? random.integer(0, answers) : undefined,
    },
    pieceSize: pieces === 0 ? 0 : sizeOf(random, pieces),
    timeout: random.chance(0.06) ? random.integer(1, 150) : random.integer(12_000, 20_000),
    pause: random.chance(0.1) ? random.integer(1, 20) : 0,
    leaves,
  };
}

function countOf(random: Random): number {
  return random.pick([
    [0, 5],
    [1, 10],
    [random.integer(2, 20), 60],
    [random.integer(20, 200), 25],
  ]);
}

/** From nothing over all that one frame holds to several MiB; long streams have small messages. */
function sizeOf(random: Random, count: number): number {
  const large = count > 20 ? 0 : 1;
  return random.pick([
    [0, 10],
    [random.integer(1, 300), 60],
    [random.integer(300, 16 * KiB), 18],
    [random.integer(60 * KiB, 70 * KiB), 5 * large],
    [random.integer(70 * KiB, 600 * KiB), 3 * large],
    [random.integer(1024 * KiB, 3_500 * KiB), count === 1 ? 1 : 0],
  ]);
}

function leaveOf(random: Random, kind: Kind): Plan["leaves"] {
  if (kind === "one" || random.chance(0.4)) return { how: "abort", after: random.integer(0, 40) };
  if (kind === "up") return { how: "throw", after: random.integer(0, 5) };
  const how = kind === "both" && random.chance(0.3) ? "throw" : "break";
  return { how, after: random.integer(0, 5) };
}
