import type * as threads from "node:worker_threads";

/** node:worker_threads takes a while to load: a program without threads never pays for it. */
export function nodeThreads(): typeof threads {
  return process.getBuiltinModule("node:worker_threads");
}
