import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that the process's JavaScript holds, on the heap and in buffers, once what is garbage is gone. */
export async function heldBytes(): Promise<number> {
  // What the last turn released is found by the next collection, and what finalizers release by the one after.
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
