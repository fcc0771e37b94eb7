import type { MessagePort, Worker } from "node:worker_threads";
import { nodeThreads } from "./node-threads.ts";

/** The way to another thread: a worker, a worker's `parentPort`, or a port of a `MessageChannel` whose other port is there. */
export type ThreadPort = Worker | MessagePort;

export function isThreadPort(target: unknown): target is ThreadPort {
  if (typeof target !== "object" || target === null || !("postMessage" in target)) return false;
  const { MessagePort, Worker } = nodeThreads();
  return target instanceof Worker || target instanceof MessagePort;
}
