import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { now } from "../clock.ts";
import { waitUntil } from "./deadline.ts";

const late = (): Error => new Error("late");
const never = new Promise<never>(() => {});

describe("waiting for a promise", () => {
  it("gives what it gives", async () => {
    expect(await waitUntil(Promise.resolve(1), Infinity, [], late)).toBe(1);
    await expect(waitUntil(Promise.reject(new Error("own")), now() + 1_000, [], late)).rejects.toThrow("own");
  });

  it("ends at its deadline", async () => {
    const began = now();
    await expect(waitUntil(never, began + 20, [], late)).rejects.toThrow("late");
    expect(now() - began).toBeGreaterThanOrEqual(20);
    await expect(waitUntil(never, now() - 1, [], late)).rejects.toThrow("late");
  });

  it("ends with whichever signal fires, before or meanwhile, and listens no longer", async () => {
    const quiet = new AbortController().signal;
    const early = AbortSignal.abort(new Error("before"));
    await expect(waitUntil(never, Infinity, [undefined, quiet, early], late)).rejects.toThrow("before");
    const controller = new AbortController();
    const waiting = waitUntil(never, Infinity, [quiet, controller.signal], late);
    controller.abort(new Error("meanwhile"));
    await expect(waiting).rejects.toThrow("meanwhile");
    await waitUntil(Promise.resolve(), Infinity, [quiet], late);
    await new Promise(setImmediate);
    expect(getEventListeners(quiet, "abort")).toEqual([]);
  });

  it("leaves no rejection unhandled of what it gave up on", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const failing = (): Promise<never> =>
      new Promise((_resolve, reject) => setTimeout(() => reject(new Error("unheard")), 5));
    const aborted = AbortSignal.abort(new Error("before"));
    await expect(waitUntil(failing(), Infinity, [aborted], late)).rejects.toThrow("before");
    await expect(waitUntil(failing(), now() - 1, [], late)).rejects.toThrow("late");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});
