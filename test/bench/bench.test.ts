/**
 * That the parts of the bench run and check what they measure, with what needs no package. What they measure is not looked at, but for
 * memory, which no busy machine makes more.
 */
import { expect, it } from "vitest";
import { run as runCalls } from "./calls/run.ts";
import { cores } from "../children.ts";
import { run as runCodec } from "./codec/run.ts";
import { run as runMemory } from "./memory/run.ts";
import { run as runStart } from "./start/run.ts";
import { run as runStreams } from "./streams/run.ts";

const limit = 120_000;
const brief = { repetitions: 1, warmUp: 30, measured: 30 };

it(
  "calls: each peer's answers are right, and each is compared with the floor",
  { timeout: limit },
  async () => {
    const { rows, samples } = await runCalls(["floor", "floor-balanced", "gorpc", "gorpc-balanced"], brief);
    expect(samples).toHaveLength(12);
    for (const row of rows) {
      expect(row.callsPerSecond).toBeGreaterThan(0);
      expect(row.p99).toBeGreaterThanOrEqual(row.p50);
      expect(row.ofFloor).toBeGreaterThan(0);
      expect(row.ofGrpc).toBeUndefined();
    }
  },
);

it.skipIf(cores.length < 2)(
  "calls: are measured with little memory and a busy core",
  { timeout: limit },
  async () => {
    const conditions = { heap: 32, busy: "server" } as const;
    const { rows, ...report } = await runCalls(["floor", "gorpc"], brief, conditions);
    expect(report.conditions).toEqual(conditions);
    for (const row of rows) expect(row.callsPerSecond).toBeGreaterThan(0);
  },
);

it("streams: every message comes in its place", { timeout: limit }, async () => {
  const { rows } = await runStreams(["raw-socket", "gorpc"], { ...brief, rounds: 2 });
  expect(rows.map(({ peer, size }) => `${peer} ${size}`)).toEqual([
    "raw-socket 100",
    "gorpc 100",
    "raw-socket 65536",
    "gorpc 65536",
  ]);
  for (const { messagesPerSecond } of rows) expect(messagesPerSecond).toBeGreaterThan(0);
});

it("codec: what is decoded is what was encoded", { timeout: limit }, async () => {
  const { rows } = await runCodec(["gorpc", "json"], { repetitions: 1, milliseconds: 1, batches: 1 });
  expect(rows).toHaveLength(12);
});

it(
  "start and memory: a process answers and ends, connections and calls are held",
  { timeout: limit },
  async () => {
    const start = await runStart(["gorpc"], { repetitions: 1, warmUp: 0 });
    expect(start.rows.map(({ peer }) => peer)).toEqual(["node -e 0", "gorpc"]);
    const { rows } = await runMemory(["gorpc"], { connections: 300, calls: 4_000, silence: 0 });
    expect(rows.map(({ peer }) => peer)).toEqual(["a bare socket", "gorpc"]);
    for (const { idleConnection } of rows) expect(idleConnection).toBeGreaterThan(0);
    const { idleConnection, callOnClient, callOnServer } = rows[1]!;
    expect(idleConnection).toBeLessThan(12_000);
    for (const call of [callOnClient, callOnServer]) {
      expect(call).toBeGreaterThan(0);
      expect(call).toBeLessThan(1_024);
    }
  },
);
