import { setTimeout as sleep } from "node:timers/promises";

/** Changes that come within this time, in ms, are one: an editor saves several files at once. */
const settleTime = 30;

/** The paths that changed since somebody last asked. */
export class Changes {
  #paths = new Set<string>();
  #wake: (() => void) | undefined;

  add(path: string): void {
    this.#paths.add(path);
    this.#wake?.();
  }

  /** Waits for a change; undefined once the signal fires. */
  async next(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    if (this.#paths.size === 0) await this.#change(signal);
    if (signal.aborted) return undefined;
    await sleep(settleTime);
    const paths = this.#paths;
    this.#paths = new Set();
    return paths;
  }

  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#wake = undefined;
  }
}
