import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const child = fileURLToPath(new URL("exit-child.ts", import.meta.url));

it.each([
  ["that has closed what it opened", []],
  ["whose channels are open still, to a server that is gone", ["close"]],
])("a process %s ends by itself", async (_what, leaveOut) => {
  const running = fork(child, leaveOut, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(running, "exit") as Promise<[number | null, string | null]>;
  const [left] = (await Promise.race([
    once(running, "message"),
    exited.then(([code]) => expect.fail(`it ended early with ${code}`)),
  ])) as [string[]];
  // Nothing waits for a timer to let it go.
  expect(left).not.toContain("Timeout");
  const timer = setTimeout(() => running.kill(), 15_000);
  const [code, signal] = await exited;
  clearTimeout(timer);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});
