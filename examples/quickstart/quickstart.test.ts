import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGTERM");
});

/** Runs the quickstart; `output` grows as it prints. */
function run(): { child: ChildProcess; output: () => string; ended: Promise<unknown[]> } {
  const child = spawn(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: here,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  return { child, output: () => text, ended: once(child, "close") };
}

/** The processes that it says it started, and that are alive. */
function alive(output: string): number[] {
  return [...output.matchAll(/process (\d+)$/gm)].map(([, pid]) => Number(pid)).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("runs from the schema to the end, loses no call after a killed server left the registry, and leaves nothing behind", async () => {
  const { output, ended } = run();
  const [code] = await ended;
  const text = output();
  expect(text).toContain("$ gorpc-gen orders.gorpc");
  expect(text.match(/^ {2}(registry|server [abc]|client) .*process \d+$/gm)).toHaveLength(5);
  const [spread, afterwards] = text.split("One server is killed");
  for (const name of ["a", "b", "c"]) {
    const orders = Number(new RegExp(`^  ${name}  █+ +(\\d+)$`, "m").exec(spread!)?.[1]);
    expect(orders).toBeGreaterThan(60);
    expect(orders).toBeLessThan(140);
  }
  expect(spread).toContain("300 were placed and 0 failed");
  expect(spread).toContain("threw OrderNotFound with id a-404 and code NOT_FOUND");
  // Whichever notices first: the client, or the server that works for it.
  expect(spread).toMatch(
    /stocktake failed with DEADLINE_EXCEEDED:\n.*Stocktake at tcp:\/\/.*timeout of \d+ ms ran out /,
  );
  expect(afterwards).toMatch(/server b, process \d+, was killed while 8 callers placed orders/);
  expect(afterwards).toMatch(/it left the registry \d\.\d s later/);
  // At most what the killed server was working on: one call of each caller.
  expect(Number(/were placed and ([\d,]+) failed/.exec(afterwards!)?.[1])).toBeLessThanOrEqual(8);
  expect(afterwards).toContain("after that 400 were placed and 0 failed");
  expect(afterwards).toMatch(/ a  █+ +\d+\n.* c  █+ +\d+\n/);
  expect(afterwards).not.toContain(" b  █");
  expect(text).toContain("2 servers withdrew from the registry, finished their calls and exited with 0");
  expect(text).toContain("the registry exited with 0");
  expect(code).toBe(0);
  expect(alive(text)).toEqual([]);
}, 180_000);

test("stops everything when it is stopped", async () => {
  const { child, output, ended } = run();
  await vi.waitFor(() => expect(alive(output())).toHaveLength(5), { timeout: 40_000, interval: 20 });
  child.kill("SIGTERM");
  await ended;
  await vi.waitFor(() => expect(alive(output())).toEqual([]), 10_000);
}, 180_000);
