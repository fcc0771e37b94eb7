import { setTimeout as sleep } from "node:timers/promises";
import type { CallerSlot, ServerSlot } from "./fleet.ts";
import type { Fault } from "./schedule.ts";

/** Brings faults about, each in its time; those of one place one after the other. */
export async function rage(
  faults: readonly Fault[],
  servers: readonly ServerSlot[],
  callers: readonly CallerSlot[],
): Promise<void> {
  const start = performance.now();
  const busy = new Map<ServerSlot | CallerSlot, Promise<void>>();
  for (const fault of faults) {
    await sleep(Math.max(0, start + fault.at - performance.now()));
    const slot = (fault.kind.endsWith("caller") ? callers : servers)[fault.target]!;
    const act = async (): Promise<void> => bringAbout(fault, slot);
    const next = (busy.get(slot) ?? Promise.resolve()).then(act);
    busy.set(slot, next);
    // Told at the end, when all are over; a rejection must be handled before.
    next.catch(() => {});
  }
  await Promise.all(busy.values());
}

async function bringAbout({ kind, lasts }: Fault, slot: ServerSlot | CallerSlot): Promise<void> {
  const wire = "wire" in slot ? slot.wire : undefined;
  switch (kind) {
    case "kill-server":
    case "kill-caller":
      await slot.kill();
      await sleep(lasts);
      return slot.start();
    case "freeze-server":
    case "freeze-caller":
      slot.freeze();
      await sleep(lasts);
      return slot.thaw();
    case "reset":
    case "end":
      return wire!.cut(kind);
    case "hold":
      wire!.hold();
      await sleep(lasts);
      return wire!.release();
    case "slow":
      // Slower than the shortest deadlines, and than most others.
      wire!.slow(lasts / 10);
      await sleep(lasts);
      return wire!.slow(0);
    case "restart":
      return (slot as ServerSlot).restart();
  }
}
