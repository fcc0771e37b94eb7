import { parentPort } from "node:worker_threads";
import type { FormatAnswer, FormatTask } from "./formatter.ts";
import { formatText } from "./format.ts";

/** Formats what it is sent, in a thread of its own. */
async function answer({ id, text, style }: FormatTask): Promise<FormatAnswer> {
  try {
    return { id, text: await formatText(text, style) };
  } catch (error) {
    return { id, error: error as Error };
  }
}

parentPort?.on(
  "message",
  (task: FormatTask) => void answer(task).then((done) => parentPort?.postMessage(done)),
);
