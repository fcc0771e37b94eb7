import { beforeAll, expect, it } from "vitest";
import { root, run } from "../run.ts";
import { bundle } from "../bundle.ts";

let main: string;
let worker: string;
beforeAll(async () => {
  [main, worker] = await Promise.all([
    bundle(new URL("main.ts", import.meta.url), "worker-main"),
    bundle(new URL("worker.ts", import.meta.url), "worker"),
  ]);
});

it.each([
  "the worker's server closes",
  "the worker is terminated while the channel is open",
  "the worker serves on, and is unref'd",
  "the worker that called is done while the server listens",
])("a process ends by itself when %s", async (how) => {
  expect(await run(process.execPath, [main, how, worker], { folder: root })).toBe("");
});
