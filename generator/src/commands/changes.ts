import { setTimeout as sleep } from "node:timers/promises";

/**
 * How long, in ms, a file must have been left alone before it is read. An editor saves several files at once; and for 50 ms
 * after a change the watcher says nothing of another one in the same file, which would be lost if the file were read earlier.
 */
const settleTime = 60;

/** The paths that changed since somebody last asked. */
export class Changes {
  /** By path, when it last changed. */
  readonly #paths = new Map<string, number>();
  #wake: (() => void) | undefined;

  add(path: string): void {
    this.#paths.set(path, performance.now());
    this.#wake?.();
  }

  /** Waits for a change; undefined once the signal fires. */
  async next(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    for (;;) {
      if (this.#paths.size === 0) await this.#change(signal);
      if (signal.aborted) return undefined;
      await sleep(settleTime);
      const settled = this.#takeSettled();
      if (settled.size > 0) return settled;
    }
  }

  #takeSettled(): ReadonlySet<string> {
    const latest = performance.now() - settleTime;
    const settled = [...this.#paths].filter(([, changed]) => changed <= latest).map(([path]) => path);
    for (const path of settled) this.#paths.delete(path);
    return new Set(settled);
  }

  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener("abort", wake);
    });
    this.#wake = undefined;
  }
}
