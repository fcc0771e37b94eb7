import { type FSWatcher, watch } from "node:fs";
import { sleep } from "../timer.ts";

/** So long, in ms, whoever writes a file has time to finish it. */
const settling = 20;

/**
 * Tells that something in a folder has changed. The folder is watched, not a file in it: what is replaced by renaming is another
 * file each time.
 */
export class FolderWatch {
  readonly #path: string;
  #watcher: FSWatcher | undefined;
  #changed = false;
  #wake = (): void => {};

  constructor(path: string) {
    this.#path = path;
    this.#open();
  }

  /** Waits for a change since the last wait; not longer than a time in ms, nor after the signal. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed) await this.#sleep(ms, signal);
    if (this.#changed) await sleep(settling, signal);
    this.#changed = false;
    if (this.#watcher === undefined && !signal.aborted) this.#open();
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Not watched as long as there is no such folder, or the system cannot: looking now and then has to do. */
  #open(): void {
    try {
      this.#watcher = watch(this.#path, () => {
        this.#changed = true;
        this.#wake();
      });
      this.#watcher.on("error", () => this.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    this.#wake = () => waiting.abort();
    signal.addEventListener("abort", this.#wake);
    try {
      if (!signal.aborted) await sleep(ms, waiting.signal);
    } finally {
      signal.removeEventListener("abort", this.#wake);
    }
  }
}
