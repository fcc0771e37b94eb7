import { spawn } from "node:child_process";
import { cores } from "../children.ts";
import type { Side } from "./measured-process.ts";

/** What a machine in use does to calls, and an idle one with memory enough does not. */
export interface Conditions {
  /** Of each Node process's heap of old objects, in MiB; undefined: Node's own bound. */
  readonly heap?: number;
  /** Whose core another process wants all the time, too; undefined: nobody's. */
  readonly busy?: Side;
}

export const undisturbed: Conditions = {};

/** What a Node process is started with. */
export function nodeFlags({ heap }: Conditions): readonly string[] {
  return heap === undefined ? [] : [`--max-old-space-size=${heap}`];
}

/** For people; empty where there is nothing to say. */
export function describe({ heap, busy }: Conditions): string {
  const words = [
    ...(heap === undefined ? [] : [`a heap of ${heap} MiB on both sides`]),
    ...(busy === undefined ? [] : [`the ${busy} shares its core with a process that never rests`]),
  ];
  return words.join("; ");
}

/** Keeps a side's core busy, where that is wanted, as long as `work` takes. */
export async function under<T>({ busy }: Conditions, work: () => Promise<T>): Promise<T> {
  if (busy === undefined) return work();
  const core = cores[busy === "server" ? 0 : 1];
  if (core === undefined) throw new Error("--busy needs taskset and two cores: else no side has its own");
  const loop = [process.execPath, "-e", "for (;;);"];
  const other = spawn("taskset", ["-c", String(core), ...loop], { stdio: "ignore" });
  const end = (): boolean => other.kill("SIGKILL");
  process.once("exit", end);
  try {
    return await work();
  } finally {
    process.off("exit", end);
    end();
  }
}
