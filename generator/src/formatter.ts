import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Options } from "prettier";
import { formatText } from "./format.ts";

/** Formats many texts. */
export interface Formatter {
  format(text: string, style: Options): Promise<string>;
  close(): Promise<void>;
}

export interface FormatTask {
  readonly id: number;
  readonly text: string;
  readonly style: Options;
}

export type FormatAnswer =
  { readonly id: number; readonly text: string } | { readonly id: number; readonly error: Error };

/** Declarations from which on threads save more time than they take to start. */
const worthThreads = 150;
const mostThreads = 8;

// The build's file: there is none where the sources run as they are, and then no threads.
const workerFile = fileURLToPath(new URL("./format-worker.js", import.meta.url));

/** @param declarations - of all the schemas: how much there will be to format */
export function createFormatter(declarations: number): Formatter {
  const threads = Math.min(availableParallelism(), mostThreads);
  if (declarations < worthThreads || threads < 2 || !existsSync(workerFile)) return sameThread;
  return new ThreadedFormatter(threads);
}

const sameThread: Formatter = {
  format: formatText,
  close: () => Promise.resolve(),
};

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

class Thread {
  readonly #worker = new Worker(workerFile);
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** Characters given to it so far. */
  load = 0;

  constructor() {
    this.#worker.on("message", (answer: FormatAnswer) => this.#settle(answer));
    this.#worker.on("error", (error: Error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  format(text: string, style: Options): Promise<string> {
    this.load += text.length;
    const task: FormatTask = { id: this.#nextId++, text, style };
    this.#worker.postMessage(task);
    return new Promise((resolve, reject) => this.#waiting.set(task.id, { resolve, reject }));
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }

  #settle(answer: FormatAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(answer.error);
    else waiting?.resolve(answer.text);
  }
}

/** Gives each text to the thread with the least to do. */
class ThreadedFormatter implements Formatter {
  readonly #threads: readonly Thread[];

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new Thread());
  }

  format(text: string, style: Options): Promise<string> {
    const idlest = this.#threads.reduce((least, thread) => (thread.load < least.load ? thread : least));
    return idlest.format(text, style);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
