import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measureConnections } from "./connections.ts";
import { floods } from "./floods.ts";
import { measureFloods } from "./under-flood.ts";

const MiB = 1024 * 1024;

/** Files that a process may have open; where that cannot be told, as many as it takes. */
function openFiles(): number {
  try {
    const [, hard] = /^Max open files +\S+ +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))!;
    return hard === "unlimited" ? Infinity : Number(hard);
  } catch {
    return Infinity;
  }
}

it("5,000 connections to one process are all served, in bounded memory, and leave nothing", async (context) => {
  if (openFiles() < 6_000) context.skip(`a process may have ${openFiles()} files open (ulimit -n)`);
  const { opened, together, before, during, after } = await measureConnections(5_000);
  expect(opened).toMatchObject({ failed: [] });
  expect(opened.served).toBe(5_000);
  expect(together).toMatchObject({ failed: [] });
  expect(during.connections).toBe(5_000);
  expect((during.held - before.held) / 5_000).toBeLessThan(24 * 1024);
  expect(after.connections).toBe(0);
  expect(after.held - before.held).toBeLessThan(8 * MiB);
}, 300_000);

describe("a flood", () => {
  it("of anything keeps a server from serving nobody, costs it bounded memory, and leaves nothing", async () => {
    const reports = await measureFloods(1_000);
    expect(reports.map(({ name }) => name)).toEqual(Object.keys(floods));
    for (const { name, times, others, before, during, after } of reports) {
      expect.soft(times, name).toBeGreaterThan(50);
      expect.soft(others.failed, name).toEqual([]);
      expect.soft(others.served, name).toBeGreaterThan(10);
      expect.soft(during.held - before.held, name).toBeLessThan(32 * MiB);
      expect.soft(after.held - before.held, name).toBeLessThan(8 * MiB);
      expect.soft(after.connections, name).toBe(1);
    }
  }, 300_000);
});
